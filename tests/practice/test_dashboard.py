"""`etude` alone: where a learner stands, and what to do next."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from etude.attempts import Attempts, Score
from etude.cli import main
from etude.events import Event, EventKind, Events
from etude.exercise import Exercise, Framework, Level
from etude.practice.dashboard import Dashboard, Record, Suggestion, dashboard, streak
from etude.render.dashboard import render_dashboard
from etude.report import Category, CheckResult, Isolation, Report, Status

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A learner in Greenwich."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def exercise(chapter: int, name: str, level: Level = Level.WARM_UP, framework: Framework = Framework.NUMPY) -> Exercise:
    folder = f"q{chapter:02}_chapter"
    return Exercise(MINI, folder, name, f"About {name}", level, framework, (name,), ("numpy",))


BANK = [
    exercise(1, "warm"),
    exercise(1, "core", Level.CORE),
    exercise(1, "deep", Level.DEEP),
    exercise(2, "net", framework=Framework.TORCH),
    exercise(2, "other", Level.CORE),
]


def score(name: str, points: int = 4, days: float = 0.0) -> Score:
    """Of 4 points, so many days ago."""
    return Score(NOW - timedelta(days=days), name, points, 4, 0, False)


def event(kind: EventKind, name: str, days: float = 0.0, **body: int) -> Event:
    return Event(NOW - timedelta(days=days), kind, name, body)


def suggested(
    scores: list[Score], events: list[Event] | None = None, missing: Collection[str] = ()
) -> Suggestion | None:
    return dashboard(BANK, Record(scores, events or [], missing), NOW).suggestion


# --- what it says


def test_chapters_by_progress() -> None:
    scores = [score("warm", 1), score("warm", 4), score("warm", 2), score("core", 3), score("net"), score("gone")]
    first, second = dashboard(BANK, Record(scores, []), NOW).chapters
    assert (first.title, first.exercises, first.full_marks, first.tried) == ("Q1 Chapter", 3, 1, 1)
    assert (second.title, second.exercises, second.full_marks, second.tried) == ("Q2 Chapter", 2, 1, 0)


@pytest.mark.parametrize(
    ("days_ago", "length"),
    [
        ([], 0),
        ([0], 1),
        ([1], 1),  # today is still open
        ([2], 0),
        ([0, 1, 2], 3),
        ([1, 2, 3], 3),
        ([0, 2, 3], 1),
        ([0, 0, 1, 1], 2),
    ],
)
def test_streak(days_ago: list[int], length: int) -> None:
    assert streak({TODAY - timedelta(days=days) for days in days_ago}, TODAY) == length


def test_days_are_those_of_the_learners_own_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    late = [
        Score(datetime(2026, 3, 9, 23, tzinfo=UTC), "warm", 1, 4, 0, False),
        Score(datetime(2026, 3, 10, 1, tzinfo=UTC), "warm", 1, 4, 0, False),
    ]
    for zone, days in (("UTC", 2), ("EST5", 1), ("JST-9", 1)):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert dashboard(BANK, Record(late, []), late[-1].at).streak == days


def test_due_is_what_the_review_says_and_the_bank_has() -> None:
    reviews = [
        event(EventKind.REVIEW, "core", 40, rating=1),
        event(EventKind.REVIEW, "warm", 50, rating=1),
        event(EventKind.REVIEW, "gone", 60, rating=1),
        event(EventKind.REVIEW, "other", 0, rating=4),
    ]
    assert dashboard(BANK, Record([], reviews), NOW).due == ("warm", "core")


# --- what it suggests


def test_a_new_learner_begins_with_the_first_warm_up() -> None:
    found = suggested([])
    assert found is not None
    assert (found.exercise.id, found.command) == ("warm", "etude watch warm")


def test_what_is_due_comes_first() -> None:
    found = suggested([score("core", 1)], [event(EventKind.REVIEW, "warm", 50, rating=3)])
    assert found is not None
    assert (found.exercise.id, found.command) == ("warm", "etude review")


def test_then_what_was_tried_last_without_full_marks() -> None:
    found = suggested([score("deep", 3, days=3), score("other", 1, days=2), score("warm", 4, days=1)])
    assert found is not None
    assert (found.exercise.id, found.why) == ("other", "your last attempt reached 1 of 4 points")


def test_begun_counts_as_tried() -> None:
    found = suggested([score("other", 1, days=2)], [event(EventKind.START, "core", 1)])
    assert found is not None
    assert (found.exercise.id, found.why) == ("core", "begun, not graded yet")


def test_then_the_next_warm_up_or_core_exercise_of_the_first_chapter_that_has_one() -> None:
    found = suggested([score("warm")])
    assert found is not None
    assert (found.exercise.id, found.why) == ("core", "the next core exercise of Q1 Chapter")
    found = suggested([score("warm"), score("core")])
    assert found is not None
    assert found.exercise.id == "net"


def test_nothing_is_suggested_that_cannot_be_graded_here() -> None:
    easy = [score("warm"), score("core")]
    for events in ([], [event(EventKind.REVIEW, "net", 50, rating=1)], [event(EventKind.START, "net")]):
        found = suggested(easy, events, missing=("torch",))
        assert found is not None
        assert found.exercise.id == "other"
    assert suggested([*easy, score("other"), score("deep")], missing=("torch",)) is None


def test_the_deep_ones_come_when_the_others_are_done() -> None:
    found = suggested([score("warm"), score("core"), score("net"), score("other")])
    assert found is not None
    assert found.exercise.id == "deep"
    assert suggested([score(one.id) for one in BANK]) is None


# --- how it is drawn


def drawn(board: Dashboard, width: int = 80, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    render_dashboard(board, Console(width=width, file=file, highlight=False, markup=False, emoji=False))
    file.flush()
    return file.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined,no-any-return]


def board(full: int, tried: int) -> Dashboard:
    scores = [score(f"e{n}", 4 if n < full else 1, days=1) for n in range(full + tried)]
    begun = [event(EventKind.START, "e9", 1)]
    return dashboard([exercise(1, f"e{n}") for n in range(10)], Record(scores, begun), NOW)


def test_a_bar_a_chapter() -> None:
    text = drawn(board(4, 2))
    (line,) = (line for line in text.splitlines() if "Q1 Chapter" in line)
    cells = line.split()[2]
    assert (cells.count("━"), cells.count("╍"), cells.count("┄")) == (16, 8, 16)
    assert " 4 of 10  2 tried" in line
    assert "4 of 10 exercises with full marks · 1 day in a row, and today is still open" in text


@pytest.mark.parametrize("full", range(11))
def test_only_full_marks_fill_the_bar(full: int) -> None:
    bar = drawn(board(full, 0)).partition("Q1 Chapter")[2].split()[0]
    assert ("┄" in bar) == (full < 10)
    assert ("━" in bar) == (full > 0)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits(width: int) -> None:
    lines = drawn(board(4, 2), width).splitlines()
    assert max(map(len, lines)) <= width
    assert len([line for line in lines if "Q1 Chapter" in line and "tried" in line]) == 1


def test_a_terminal_without_unicode_gets_plain_marks() -> None:
    assert "########" in drawn(board(4, 2), encoding="ascii")


def test_many_that_are_due_are_counted() -> None:
    due = dataclasses.replace(board(4, 2), due=tuple("abcdef"))
    assert "6 due for review: a, b, c, d and 2 more" in drawn(due)


@pytest.mark.parametrize(("seconds", "left"), [(59.0, "1 minute"), (1810.0, "31 minutes"), (0.0, "0 minutes")])
def test_an_open_interview_is_told_of(seconds: float, left: str) -> None:
    for scores in ([], [score("warm")]):
        text = drawn(dashboard(BANK, Record(scores, [], interview_left=seconds), NOW))
        assert f"An interview is open, with {left} left: etude mock goes on." in text
    assert "interview" not in drawn(dashboard(BANK, Record([score("warm")], []), NOW))


def test_an_interview_that_cannot_be_read_is_a_warning(etude: Callable[..., Result]) -> None:
    folder = Path(os.environ["ETUDE_DATA"])
    folder.mkdir(exist_ok=True)
    (folder / "mock.json").write_text("{")
    result = etude()
    assert result.exit_code == 0
    assert "the open interview cannot be read" in result.stderr
    assert "Begin with" in result.stdout


def test_what_is_left_needs_an_extra() -> None:
    scores = [score(one.id) for one in BANK if one.id != "net"]
    left = dashboard(BANK, Record(scores, [], missing=("torch",)), NOW)
    assert "pip install 'etude[torch]'" in drawn(left, 120)


def test_full_marks_everywhere() -> None:
    text = drawn(dashboard(BANK, Record([score(one.id) for one in BANK], []), NOW))
    assert "Full marks everywhere" in text
    assert "etude mock" in text


# --- the command


@pytest.fixture
def etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, arguments, prog_name="etude")


def test_the_first_screen_says_what_to_type_first(etude: Callable[..., Result], tmp_path: Path) -> None:
    result = etude()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Welcome" in result.stdout
    assert "\n  etude start affine\n" in result.stdout
    assert not (tmp_path / "data").exists()  # looking leaves nothing behind


def test_the_dashboard_after_an_attempt(etude: Callable[..., Result]) -> None:
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, Status.FAILED, 0.001)
    report = Report("double", "double.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, (check,))
    Attempts.open().record(report, "x = 1")
    result = etude()
    assert result.exit_code == 0
    assert "0 of 3 exercises with full marks · 1 day in a row\n" in result.stdout
    assert "Next: double, your last attempt reached 0 of 2 points." in result.stdout
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_a_broken_bank_is_one_line(
    etude: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "bank" / "exercises" / "q01_basics" / "broken"
    place.mkdir(parents=True)
    (place / "exercise.toml").write_text("level = 3")
    for bank in (tmp_path / "bank", tmp_path / "nowhere"):
        monkeypatch.setenv("ETUDE_BANK", str(bank))
        result = etude()
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_an_empty_bank_is_no_fault(
    etude: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bank" / "exercises").mkdir(parents=True)
    monkeypatch.setenv("ETUDE_BANK", str(tmp_path / "bank"))
    assert etude().exit_code == 0


def test_a_database_that_cannot_be_read_is_a_warning(etude: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "attempts.db").mkdir()
    result = etude()
    assert result.exit_code == 0
    assert "etude start affine" in result.stdout
    assert "your progress is not shown" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_corrupt_database_is_moved_aside(etude: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "attempts.db").write_bytes(b"no database" * 1000)
    result = etude()
    assert result.exit_code == 0
    assert "etude start affine" in result.stdout
    assert "the attempts were corrupt" in result.stderr


def test_no_framework_is_imported_and_fsrs_only_for_reviews(etude: Callable[..., Result]) -> None:
    code = (
        "import atexit, sys; from etude.cli import main;"
        "heavy = {'numpy', 'pytest', 'torch', 'tensorflow', 'sklearn', 'msgpack', 'fsrs'};"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr)); main([])"
    )

    def imported() -> str:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr

    assert imported() == "[]\n"
    Events.open().add(EventKind.REVIEW, "double", rating=3)
    assert imported() == "['fsrs']\n"


def test_help_is_still_help(etude: Callable[..., Result]) -> None:
    text = etude("--help").stdout
    assert text.startswith("Usage: etude")
    assert "Welcome" not in text


def test_in_a_real_terminal(etude: Callable[..., Result]) -> None:
    for columns in (80, 120):
        child = pexpect.spawn(
            sys.executable,
            [str(ROOT / "cli.py")],
            dimensions=(40, columns),
            env={**os.environ, "TERM": "xterm-256color"},
            encoding="utf-8",
            timeout=60,
        )
        child.expect("etude start affine")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
