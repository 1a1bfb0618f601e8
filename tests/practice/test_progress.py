"""`etude progress`: what it computes, and what is seen of it in a terminal, on a page and in a picture."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from etude.attempts import Attempts, Score
from etude.catalog import Catalog
from etude.cli import main
from etude.database import Database, default_path
from etude.events import Event, EventKind, Events
from etude.exercise import Exercise, Framework, Level
from etude.practice.progress import Progress, progress
from etude.render.progress import clock_time, render_progress, score_ticks
from etude.render.progress_page import progress_page
from etude.report import Category, CheckResult, Isolation, Report, Status

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()


def exercise(name: str, chapter: str = "q01_basics") -> Exercise:
    return Exercise(Path(), chapter, name, name, Level.CORE, Framework.NUMPY, (), ())


BANK = [exercise("double"), exercise("mean"), exercise("relu", "q02_activations"), exercise("gelu", "q02_activations")]


def score(name: str, ago: timedelta, points: int, maximum: int = 4) -> Score:
    return Score(NOW - ago, name, points, maximum, 0, False)


def event(kind: EventKind, name: str, ago: timedelta, **body: int) -> Event:
    return Event(NOW - ago, kind, name, body)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def days(count: float) -> timedelta:
    return timedelta(days=count)


def test_each_day_has_the_best_so_far_of_the_whole_bank() -> None:
    scores = [
        score("double", days(3), 2),
        score("double", days(1), 1),  # worse: what was reached stays
        score("mean", days(1), 4),
        score("gone", days(1), 4),  # no longer in the bank
        score("double", days(0), 4),
    ]
    found = progress(BANK, scores, [], NOW, UTC)
    assert [(day.date, day.score, day.full_marks) for day in found.days] == [
        (TODAY - days(3), 0.125, 0),
        (TODAY - days(2), 0.125, 0),
        (TODAY - days(1), 0.375, 1),
        (TODAY, 0.5, 2),
    ]


def test_a_day_ends_at_the_learners_own_midnight() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    east = progress(BANK, [Score(late, "double", 4, 4, 0, False)], [], NOW, timezone(timedelta(hours=2)))
    assert [day.date for day in east.days] == [date(2026, 11, 22)]
    west = progress(BANK, [Score(late, "double", 4, 4, 0, False)], [], NOW, timezone(timedelta(hours=-13)))
    assert [day.date for day in west.days] == [date(2026, 11, 21)]


def test_an_attempt_from_a_clock_that_was_ahead_counts_as_of_today() -> None:
    found = progress(BANK, [score("double", days(-3), 4)], [], NOW, UTC)
    assert [(day.date, day.full_marks) for day in found.days] == [(TODAY, 1)]


def test_time_is_what_lies_between_signs_of_work_on_one_exercise() -> None:
    events = [
        event(EventKind.START, "double", minutes(200)),
        event(EventKind.HINT, "double", minutes(190)),
        event(EventKind.START, "mean", minutes(185)),  # another exercise: a gap of its own
        event(EventKind.REVIEW, "double", minutes(100), rating=1),  # étude's, not the learner's
        event(EventKind.QUIZ, "double", minutes(99)),
    ]
    scores = [
        score("double", minutes(180), 1),
        score("double", minutes(150), 2),  # half an hour still counts
        score("double", minutes(119), 2),  # 31 minutes do not
        score("mean", minutes(180), 4),
        score("relu", minutes(5), 0),
    ]
    found = progress(BANK, scores, events, NOW, UTC)
    assert [(chapter.title, chapter.minutes, chapter.full_marks, chapter.exercises) for chapter in found.chapters] == [
        ("Q1 Basics", 10 + 10 + 30 + 5, 1, 2),
        ("Q2 Activations", 0.0, 0, 2),
    ]


def test_reviews_are_counted_on_the_day_they_fall_due_and_overdue_ones_today() -> None:
    from etude.practice.review import cards

    reviews = [
        event(EventKind.REVIEW, "double", days(60), rating=3),
        event(EventKind.REVIEW, "mean", days(0.1), rating=3),
        event(EventKind.REVIEW, "gone", days(0.1), rating=3),
    ]
    found = progress(BANK, [], reviews, NOW, UTC)
    assert [load.date for load in found.reviews] == [TODAY + days(ahead) for ahead in range(14)]
    due = cards(reviews)["mean"].due.date()
    assert TODAY < due < TODAY + days(14)
    assert {load.date: load.reviews for load in found.reviews if load.reviews} == {TODAY: 1, due: 1}


def shown(found: Progress, width: int, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
    render_progress(found, Console(file=stream, width=width, highlight=False, markup=False))
    stream.seek(0)
    return stream.read()


def busy(length: int = 40) -> Progress:
    exercises = [*Catalog.load([MINI]), *BANK[2:]]
    scores = [score("double", days(ago), 4 - min(ago, 4)) for ago in range(length, -1, -1)]
    scores += [score("relu", minutes(50 - 20 * n), n) for n in range(3)]
    reviews = [event(EventKind.REVIEW, name, days(1), rating=3) for name in ("double", "mean", "relu")]
    return progress(exercises, scores, reviews, NOW, UTC)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("length", [0, 1, 40, 1000])
def test_it_fits_the_terminal(width: int, length: int) -> None:
    text = shown(busy(length), width)
    assert max(map(len, text.splitlines())) <= width
    for title in ("Score over time", "Time per chapter", "Reviews in the next two weeks", "Q2 Activations", "40 min"):
        assert title in text
    assert "█" in text


def test_without_blocks_in_the_encoding_it_is_drawn_plainly() -> None:
    text = shown(busy(), 80, "ascii")  # and encoding it has not failed
    assert "#" in text
    assert "Q2 Activations" in text


def test_it_says_how_time_is_counted() -> None:
    said = "a gap of over 30 minutes counts as none"
    assert said in " ".join(shown(busy(), 80).split())
    assert said in progress_page(busy())


def test_nothing_yet_is_a_friendly_line() -> None:
    nothing = progress(BANK, [], [], NOW, UTC)
    assert shown(nothing, 80).startswith("Nothing to show yet: begin with `etude start EX`")
    assert "Nothing to show yet" in progress_page(nothing)


def test_times_are_told_in_hours_and_minutes() -> None:
    assert [clock_time(count) for count in (0.2, 59.4, 59.6, 65, 600)] == [
        "0 min", "59 min", "1 h 00 min", "1 h 05 min", "10 h 00 min"
    ]  # fmt: skip


class Tags(HTMLParser):
    """The tags of a page, and its attributes' values."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.values: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.values += [value or "" for _, value in attrs]


def test_the_page_stands_alone() -> None:
    page = progress_page(busy())
    tags = Tags()
    tags.feed(page)
    assert tags.names.count("svg") == 3
    assert not {"script", "link", "img", "iframe", "object"} & {*tags.names}
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", page)
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(
    ("top", "marks"),
    [
        (0.0, [0, 1]), (0.001, [0, 1]), (0.01, [0, 1]), (0.0185, [0, 1, 2]), (0.05, [0, 2, 4, 6]),
        (0.15, [0, 5, 10, 15]), (0.7, [0, 25, 50, 75]), (1.0, [0, 50, 100]),
    ],
)  # fmt: skip
def test_the_scores_axis_is_marked_at_whole_percents(top: float, marks: list[int]) -> None:
    assert score_ticks(top) == [mark / 100 for mark in marks]


def test_one_day_is_a_column_and_no_line() -> None:
    one, two = progress_page(busy(0)), progress_page(busy(1))
    assert ('class="day"' in one, "<polyline" in one) == (True, False)
    assert ('class="day"' in two, "<polyline" in two) == (False, True)
    assert f">{TODAY:%d %b %Y}</text>" in one


@pytest.mark.parametrize("ago", [0, 1, 5])
def test_the_picture_of_few_days_has_each_of_them_on_its_axis(ago: int) -> None:
    pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure

    from etude.render.progress_figure import _draw_score

    axes = Figure().add_subplot()
    _draw_score(axes, busy(ago))
    shown = [f"{TODAY - days(n):%d %b %Y}" for n in range(ago, -1, -1)]
    assert [label.get_text() for label in axes.get_xticklabels()] == shown
    left, right = axes.get_xlim()
    assert right - left <= ago + 2  # days


def test_a_chapters_name_is_text_on_the_page() -> None:
    hostile = exercise("relu", "q02_<script>alert(1)</script>")
    page = progress_page(progress([hostile], [score("relu", minutes(1), 1)], [], NOW, UTC))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.fixture
def etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`etude("progress", …)` in an empty folder; never a traceback."""
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments, prog_name="etude")
        assert "Traceback" not in result.output
        return result

    return run


def practise() -> None:
    database = Database(default_path())
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, Status.PASSED, 0.1)
    report = Report("double", "double.py", 7, "full", "cpu", Isolation("kernel", 6, True), 0.2, (check,))
    Events(database).add(EventKind.START, "double", datetime.now(UTC) - minutes(12))
    Attempts(database).record(report, "source")
    Events(database).add(EventKind.REVIEW, "double", rating=3)


def test_the_command(etude: Callable[..., Result]) -> None:
    empty = etude("progress")
    assert (empty.exit_code, empty.stdout.count("\n")) == (0, 1)
    assert not default_path().exists()  # looking records nothing
    practise()
    result = etude("progress")
    assert result.exit_code == 0
    assert re.search(r"1 of \d+ exercises with full marks", result.stdout)
    assert "12 min at work" in result.stdout


def test_page_and_picture_are_written_and_never_over_another_file(etude: Callable[..., Result]) -> None:
    pytest.importorskip("matplotlib")
    practise()
    result = etude("progress", "--html", "p.html", "--png", "p.png")
    assert (result.exit_code, result.stdout) == (0, "p.html shows your progress.\np.png shows your progress.\n")
    assert Path("p.html").read_text("utf-8").startswith("<!doctype html>")
    assert Path("p.png").read_bytes().startswith(b"\x89PNG\r\n")
    for option, name in (("--html", "p.html"), ("--png", "p.png")):
        refused = etude("progress", option, name)
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
        assert f"{name}: is already there" in refused.stderr
        assert etude("progress", option, name, "--force").exit_code == 0
    assert sorted(path.name for path in Path().iterdir()) == ["p.html", "p.png"]  # no draft is left


def test_a_picture_without_matplotlib_is_one_line(
    etude: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etude.extras.missing_extras", lambda extras: ("plots",))
    refused = etude("progress", "--png", "p.png")
    assert (refused.exit_code, refused.stderr) == (
        2, "etude: --png: needs matplotlib, not installed here: pip install 'etude[plots]'\n"
    )  # fmt: skip
    assert not Path("p.png").exists()


def test_the_picture_leaves_pyplot_alone(etude: Callable[..., Result]) -> None:
    pytest.importorskip("matplotlib")
    from etude.render.progress_figure import progress_png

    for found in (busy(0), busy(400), progress(BANK, [], [], NOW, UTC)):
        assert progress_png(found).startswith(b"\x89PNG\r\n")
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []
