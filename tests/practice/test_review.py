"""What a round is worth, when an exercise comes back, and how."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fsrs import Rating

from etude.attempts import Attempts, Score
from etude.cli import main
from etude.database import Database, default_path
from etude.events import Event, EventKind, Events
from etude.practice.desk import rate
from etude.practice.review import cards, due, rating
from etude.report import Category, CheckResult, Isolation, Report, Status

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def days(count: float) -> float:
    return count * 24 * 60


def event(kind: EventKind, minutes: float, **body: int) -> Event:
    return Event(at(minutes), kind, "double", body)


def start(minutes: float) -> Event:
    return event(EventKind.START, minutes)


def hint(minutes: float) -> Event:
    return event(EventKind.HINT, minutes, number=1)


def solution(minutes: float) -> Event:
    return event(EventKind.SOLUTION, minutes)


def review(minutes: float, grade: Rating = Rating.Good) -> Event:
    return event(EventKind.REVIEW, minutes, rating=int(grade))


def full(minutes: float) -> Score:
    return Score(at(minutes), "double", 4, 4, 0, False)


def less(minutes: float) -> Score:
    return Score(at(minutes), "double", 3, 4, 0, False)


def worth(scores: list[Score], *events: Event) -> Rating | None:
    return rating("double", scores, events)


# --- what a round is worth


def test_full_marks_at_the_first_try_are_easy() -> None:
    assert worth([full(5)], start(0)) is Rating.Easy


def test_full_marks_later_are_good() -> None:
    assert worth([less(5), less(6), full(7)], start(0)) is Rating.Good


@pytest.mark.parametrize("scores", [[full(5)], [less(1), full(5)]])
def test_full_marks_with_a_hint_are_hard(scores: list[Score]) -> None:
    assert worth(scores, start(0), hint(2)) is Rating.Hard


@pytest.mark.parametrize("scores", [[], [less(1)], [full(5)], [less(1), full(5)]])
def test_an_exercise_that_was_given_up_comes_again(scores: list[Score]) -> None:
    assert worth(scores, start(0), hint(1), solution(2)) is Rating.Again


def test_a_round_without_full_marks_is_not_over() -> None:
    assert worth([], start(0)) is None
    assert worth([less(1), less(2)], start(0), hint(1)) is None


def test_an_answer_that_can_earn_nothing_has_no_full_marks() -> None:
    assert worth([Score(at(1), "double", 0, 0, 0, False)], start(0)) is None


def test_a_round_needs_no_stub() -> None:
    assert worth([less(1), full(5)]) is Rating.Good


def test_a_round_is_rated_once() -> None:
    assert worth([full(5), full(8)], start(0), review(5)) is None
    assert worth([full(5)], start(0), review(5), solution(9)) is None
    assert worth([full(9)], start(0), solution(3), review(3, Rating.Again)) is None


def test_what_follows_the_first_full_marks_says_nothing_of_the_round() -> None:
    assert worth([full(5), less(7)], start(0), hint(6), solution(8)) is Rating.Easy


def test_a_new_stub_begins_a_new_round() -> None:
    old = (start(0), hint(1), solution(2), review(3, Rating.Again))
    assert worth([less(2), full(12)], *old, start(10)) is Rating.Easy
    assert worth([less(2), less(11), full(12)], *old, start(10)) is Rating.Good
    assert worth([full(2)], *old, start(10)) is None


def test_help_taken_before_the_stub_belongs_to_the_round_before() -> None:
    assert worth([full(12)], start(0), hint(1), solution(2), start(10)) is Rating.Easy


def test_an_exercise_that_is_due_begins_a_round_without_a_stub() -> None:
    first = review(0)
    back = (cards([first])["double"].due - NOON) / timedelta(minutes=1)
    assert back >= days(1)
    before, after = back - 1, back + 1
    assert worth([full(-1), full(after)], first) is Rating.Easy
    assert worth([full(-1), less(after), full(after + 1)], first) is Rating.Good
    assert worth([full(-1), full(after)], first, hint(after)) is Rating.Hard
    assert worth([full(-1), full(after)], first, hint(before), solution(before)) is Rating.Easy
    assert worth([full(-1), full(before)], first) is None


# --- when it comes back


def first_interval(grade: Rating) -> timedelta:
    return cards([review(0, grade)])["double"].due - NOON


def test_the_harder_it_was_the_sooner_it_comes_back() -> None:
    again, hard, good, easy = (first_interval(Rating(number)) for number in (1, 2, 3, 4))
    assert timedelta(days=1) <= again <= hard < good < easy
    assert good.seconds == 0  # whole days


def test_each_success_makes_the_interval_longer_and_giving_up_makes_it_short() -> None:
    reviews, intervals = [], []
    when = 0.0
    for _ in range(4):
        reviews.append(review(when))
        intervals.append((cards(reviews)["double"].due - at(when)) / timedelta(days=1))
        when += days(intervals[-1])
    assert intervals == sorted(set(intervals))
    reviews.append(review(when, Rating.Again))
    assert (cards(reviews)["double"].due - at(when)) / timedelta(days=1) < intervals[-1] / 2


def test_the_same_ratings_give_the_same_card() -> None:
    reviews = [review(0), review(days(3), Rating.Hard), review(days(9), Rating.Again)]
    assert cards(reviews) == cards(list(reviews))


def test_the_longest_overdue_comes_first() -> None:
    reviews = [
        Event(at(0), EventKind.REVIEW, "mean", {"rating": 1}),
        Event(at(days(1)), EventKind.REVIEW, "affine", {"rating": 4}),
        Event(at(days(2)), EventKind.REVIEW, "double", {"rating": 1}),
    ]
    assert due(reviews, at(days(0.9))) == []
    assert due(reviews, at(days(4))) == ["mean", "double"]
    assert due(reviews, at(days(100))) == ["mean", "double", "affine"]


# --- in the learner's database


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def database() -> Database:
    return Database(default_path())


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


def report(points: int) -> Report:
    checks = [
        CheckResult(f"test_{n}", "It works.", Category.CORRECTNESS, 1, status, 0.1)
        for n, status in enumerate([Status.PASSED] * points + [Status.FAILED] * (4 - points))
    ]
    return Report("double", "double.py", 7, "full", "cpu", Isolation("kernel", 6, True), 0.2, tuple(checks))


def ratings(events: Events) -> list[int]:
    return [found.body["rating"] for found in events.of(EventKind.REVIEW, subject="double")]


def test_gradings_rate_themselves_once_a_round(database: Database, events: Events) -> None:
    events.add(EventKind.START, "double")
    for points in (3, 4, 4):
        Attempts(database).record(report(points), "source")
        rate(database, "double")
    assert ratings(events) == [3]


def test_events_that_were_imported_out_of_order_give_the_same_cards(events: Events) -> None:
    reviews = [review(days(day), Rating(1 + day % 4)) for day in range(0, 40, 5)]
    shuffled = random.Random(3).sample(reviews, len(reviews))
    assert shuffled != reviews
    for found in shuffled:
        events.add(found.kind, found.subject, found.at, **found.body)
    assert cards(events.of(EventKind.REVIEW)) == cards(reviews)


def test_a_round_rated_elsewhere_is_not_rated_again_after_an_import(database: Database, events: Events) -> None:
    now = datetime.now(UTC)
    Attempts(database).record(report(4), "source")
    events.add(EventKind.REVIEW, "double", now + timedelta(seconds=1), rating=3)
    events.add(EventKind.START, "double", now - timedelta(hours=1))  # older, and comes later
    rate(database, "double")
    assert ratings(events) == [3]


# --- the command


def etude(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="etude")
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def rated(events: Events) -> Callable[[str, int, Rating], None]:
    """rated("double", 3, Rating.Good): reviewed three days ago."""

    def add(exercise: str, ago: int, grade: Rating) -> None:
        events.add(EventKind.REVIEW, exercise, datetime.now(UTC) - timedelta(days=ago), rating=int(grade))

    return add


Rated = Callable[[str, int, Rating], None]


@pytest.mark.parametrize("arguments", [["review"], ["review", "--list"]])
def test_nothing_under_review(arguments: list[str]) -> None:
    result = etude(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Nothing is under review yet")
    assert not Path("double.py").exists()


def test_nothing_due_says_when_the_next_one_is(rated: Rated) -> None:
    rated("double", 0, Rating.Good)
    rated("mean", 0, Rating.Easy)
    result = etude("review")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing is due: the next is double, in ")
    assert not Path("double.py").exists()


def test_the_longest_overdue_comes_back_as_a_clean_stub(rated: Rated, events: Events) -> None:
    rated("mean", 20, Rating.Again)
    rated("double", 30, Rating.Again)
    Path("double.py").write_text("def double(x): return 2 * x\n")
    result = etude("review")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("2 due: double, mean\n")
    assert "every element doubled" in " ".join(result.stdout.split())
    assert "double.py.1 keeps what was in double.py." in result.stdout
    assert "etude grade double" in result.stdout
    stub = (MINI / "exercises" / "q01_basics" / "double" / "stub.py").read_text()
    assert Path("double.py").read_text() == stub
    assert Path("double.py.1").read_text() == "def double(x): return 2 * x\n"
    assert [found.subject for found in events.of(EventKind.START)] == ["double"]


def test_asked_again_it_does_not_take_away_what_was_begun(rated: Rated, events: Events) -> None:
    rated("double", 30, Rating.Again)
    etude("review")
    Path("double.py").write_text("# half an answer\n")
    result = etude("review")
    assert "begun already" in result.stdout
    assert Path("double.py").read_text() == "# half an answer\n"
    assert not Path("double.py.1").exists()
    assert len(events.of(EventKind.START)) == 1


def test_one_that_cannot_be_graded_here_waits(rated: Rated, monkeypatch: pytest.MonkeyPatch) -> None:
    rated("double", 30, Rating.Again)
    rated("mean", 20, Rating.Again)
    missing = iter([("torch",), ()])
    monkeypatch.setattr("etude.extras.missing_extras", lambda extras: next(missing))
    assert "mean.py is a clean stub" in etude("review").stdout
    monkeypatch.setattr("etude.extras.missing_extras", lambda extras: ("torch",))
    result = etude("review")
    assert result.exit_code == 2
    assert "double: needs torch, not installed here: pip install 'etude[torch]'" in result.stderr


def test_the_list_shows_every_card_and_those_of_other_banks_are_left_out(rated: Rated) -> None:
    rated("gone", 30, Rating.Good)
    rated("double", 30, Rating.Again)
    rated("mean", 0, Rating.Easy)
    result = etude("review", "--list")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == ["double", "mean"]
    assert lines[0][-1] == "overdue"
    assert lines[1][2] == "in"
    assert not Path("double.py").exists()
