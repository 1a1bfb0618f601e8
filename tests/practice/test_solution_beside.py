"""The solution: after an attempt or on giving up, beside the learner's own, and known to the review."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from etude.attempts import Attempts
from etude.catalog import Catalog
from etude.cli import main
from etude.database import Database, default_path
from etude.events import EventKind, Events
from etude.practice.desk import rate
from etude.practice.solution import OwnAnswer, note_solution_seen
from etude.render.comparison import render_comparison
from etude.render.page import render_solution
from etude.report import Category, CheckResult, Isolation, Report, Status

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"
DOUBLE = Catalog.load([MINI]).get("double")
REFERENCE = DOUBLE.solution_path.read_text("utf-8")
WRONG = "import numpy as np\n\n\ndef double(x: np.ndarray) -> np.ndarray:\n    x *= 2\n    return x\n"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def etude() -> Callable[..., Result]:
    return lambda *arguments: CliRunner().invoke(main, arguments, prog_name="etude")


@pytest.fixture
def terminal() -> Callable[..., str]:
    """What the command writes into a real terminal of so many columns, without its colours."""

    def run(*arguments: str, columns: int) -> str:
        child = pexpect.spawn(
            sys.executable,
            [str(ROOT / "cli.py"), *arguments],
            dimensions=(60, columns),
            env={**os.environ},  # said, or readline's COLUMNS=80 comes along
            encoding="utf-8",
            timeout=60,
        )
        written: str = child.read()
        child.close()
        assert child.exitstatus == 0, written
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", written).replace("\r\n", "\n")

    return run


def attempt(source: str, full_marks: bool = False) -> None:
    status = Status.PASSED if full_marks else Status.FAILED
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, status, 0.001)
    Attempts.open().record(
        Report("double", "double.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, (check,)), source
    )
    rate(Database(default_path()), "double")


def noted() -> list[EventKind]:
    return [event.kind for event in Events.open().of(EventKind.SOLUTION, EventKind.REVIEW)]


# --- when it is shown


def test_before_any_attempt_one_line_says_both_ways(etude: Callable[..., Result]) -> None:
    result = etude("solution", "double")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "`etude grade double`" in result.stderr
    assert "`etude solution double --give-up`" in result.stderr
    assert noted() == []


def test_giving_up_shows_it(etude: Callable[..., Result]) -> None:
    result = etude("solution", "double", "--give-up")
    assert (result.exit_code, result.stdout) == (0, REFERENCE)


def test_once_given_up_it_is_shown_without_the_option(etude: Callable[..., Result]) -> None:
    etude("solution", "double", "--give-up")
    result = etude("solution", "double")
    assert (result.exit_code, result.stdout, result.stderr) == (0, REFERENCE, "")
    assert etude("solution", "mean").exit_code == 2


def test_after_an_attempt_a_pipe_gets_the_file_as_it_is(etude: Callable[..., Result]) -> None:
    attempt(WRONG)
    result = etude("solution", "double")
    assert (result.exit_code, result.stdout) == (0, REFERENCE)


def test_an_attempt_at_another_exercise_is_none(etude: Callable[..., Result]) -> None:
    attempt(WRONG)
    assert etude("solution", "mean").exit_code == 2


def test_a_database_that_cannot_be_used_is_a_warning(etude: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    result = etude("solution", "double", "--give-up")
    assert (result.exit_code, result.stdout) == (0, REFERENCE)
    assert "Traceback" not in result.output
    assert "this was not noted" in result.stderr


def test_a_database_that_cannot_be_read_is_told_of_once(etude: Callable[..., Result]) -> None:
    default_path().mkdir(parents=True)
    result = etude("solution", "double", "--give-up")
    assert (result.exit_code, result.stdout) == (0, REFERENCE)
    assert "your last attempt is not shown, and this was not noted" in result.stderr
    assert result.stderr.count("\n") == 1


# --- what the review knows of it


def test_looking_ends_the_round_once(etude: Callable[..., Result]) -> None:
    attempt(WRONG)
    etude("solution", "double")
    assert noted() == [EventKind.SOLUTION, EventKind.REVIEW]
    assert Events.open().of(EventKind.REVIEW)[0].body == {"rating": 1}
    etude("solution", "double")
    assert noted() == [EventKind.SOLUTION, EventKind.REVIEW]


def test_after_full_marks_looking_is_free(etude: Callable[..., Result]) -> None:
    attempt(WRONG)
    attempt(REFERENCE, full_marks=True)
    etude("solution", "double")
    assert noted() == [EventKind.REVIEW]
    attempt(WRONG)
    etude("solution", "double")
    assert noted() == [EventKind.REVIEW]


def test_full_marks_that_were_never_rated_are_when_the_solution_is_seen() -> None:
    attempt(REFERENCE, full_marks=True)
    database = Database(default_path())
    database.run(lambda connection: connection.execute("DELETE FROM events"))
    note_solution_seen(database, "double")
    assert noted() == [EventKind.REVIEW]
    assert Events.open().of(EventKind.REVIEW)[0].body["rating"] > 1


def test_a_clean_stub_begins_a_new_round(etude: Callable[..., Result]) -> None:
    attempt(REFERENCE, full_marks=True)
    etude("start", "double")
    etude("solution", "double")
    assert noted() == [EventKind.REVIEW, EventKind.SOLUTION, EventKind.REVIEW]


# --- how it is shown


def test_in_a_terminal_it_is_explained_and_set_beside_the_last_attempt(terminal: Callable[..., str]) -> None:
    attempt("x = 1\n")
    attempt(WRONG)
    Path("double.py").write_text(WRONG)
    wide = terminal("solution", "double", columns=120)
    assert "multiplication broadcasts" in wide
    assert "Yours: your last attempt, 0 of 2 points." in wide
    assert re.search(r"^~ +return x +│ ~ +return 2 \* x", wide, re.MULTILINE)
    assert max(map(len, wide.splitlines())) <= 120
    narrow = terminal("solution", "double", columns=80)
    assert re.search(r"^- +x \*= 2 *\n- +return x *\n\+ .*\n\+ +return 2 \* x", narrow, re.MULTILINE)
    assert max(map(len, narrow.splitlines())) <= 80


def test_a_file_that_differs_is_told_of(terminal: Callable[..., str]) -> None:
    attempt(WRONG)
    Path("double.py").write_text("def double(x): return x + x\n")
    shown = terminal("solution", "double", columns=120)
    assert "your last attempt, 0 of 2 points; double.py in this folder differs from it" in shown
    assert "x + x" not in shown


def test_without_an_attempt_the_file_in_this_folder_is_shown(terminal: Callable[..., str]) -> None:
    Path("double.py").write_text("def double(x):\n    return (x +\n")  # half written
    shown = terminal("solution", "double", "--give-up", columns=120)
    assert "Yours: double.py, not graded yet." in shown
    assert "return (x +" in shown


def test_a_stub_is_nothing_to_compare_with(terminal: Callable[..., str]) -> None:
    Path("double.py").write_text(DOUBLE.stub_path.read_text("utf-8"))
    shown = terminal("solution", "double", "--give-up", columns=120)
    assert "Yours" not in shown
    assert "return 2 * x" in shown


@pytest.mark.parametrize("source", ["x = '\\d'\n", "-" * 5000 + "1\n", "\0\n", "def double(x:\n", "", "\r\n\t\n"])
def test_any_attempt_can_be_set_beside(source: str, recwarn: pytest.WarningsRecorder) -> None:
    console = Console(width=120, color_system=None, record=True, file=io.StringIO())
    render_solution(REFERENCE, console, OwnAnswer(source, "a test"))
    assert "return 2 * x" in console.export_text()
    assert not recwarn.list


# --- the comparison


def compared(own: str, reference: str, width: int = 100) -> list[str]:
    """The rows under the headings."""
    console = Console(width=width, color_system=None, record=True, file=io.StringIO())
    render_comparison(own, "a test", reference, console)
    lines = [line.rstrip() for line in console.export_text().splitlines()]
    return lines[2:] if width >= 100 else lines[4:]


def test_each_kind_of_difference_has_its_mark() -> None:
    own = "a = 1\nmine(1)\nvalue = first(x)\nz = 26\n"
    reference = "a = 1\nvalue = second(x)\nz = 26\nlast = 3\n"
    rows = [re.sub(r" +", " ", row) for row in compared(own, reference)]
    assert rows == [
        " a = 1 │ a = 1",
        "- mine(1) │",
        "~ value = first(x) │ ~ value = second(x)",
        " z = 26 │ z = 26",
        " │ + last = 3",
    ]


def test_empty_lines_among_changed_ones_are_no_difference() -> None:
    rows = compared("import one\n\nvalue = first(x)\n", "import two\n\nvalue = second(x)\n")
    assert [row[0] for row in rows] == ["~", " ", "~"]


def test_unified_has_a_run_of_ones_own_before_the_reference() -> None:
    assert compared("a\nb = 1\nc = 1\nd\n", "a\nb = 2\nc = 2\nd\n", width=60) == [
        "  a", "- b = 1", "- c = 1", "+ b = 2", "+ c = 2", "  d",
    ]  # fmt: skip


def test_the_same_code_has_no_marks() -> None:
    assert not [row for row in compared(REFERENCE, REFERENCE) if re.match(r"[-+~]|.*│ [-+~]", row)]


@pytest.mark.parametrize("width", [80, 100, 120, 250])
def test_long_lines_are_folded_and_nothing_is_lost(width: int) -> None:
    long = f"{' ' * 60}total = {' + '.join(f'term_{n}' for n in range(40))}"
    rows = compared(long, "total = 0", width)
    assert max(map(len, rows)) <= width
    assert re.findall(r"term_\d+", " ".join(rows)) == [f"term_{n}" for n in range(40)]


def test_nothing_of_the_learners_reaches_the_terminal_as_a_command() -> None:
    rows = "\n".join(compared("x = '\x1b[2J[bold]'  # \u202e", "x = 1"))
    assert "\x1b" not in rows
    assert "\u202e" not in rows
    assert r"\x1b[2J[bold]" in rows


def test_a_terminal_without_unicode_gets_plain_marks() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    render_comparison("a = 1", "a test", "a = 2", Console(width=100, file=file))
    file.flush()
    assert b"| ~ a = 2" in file.buffer.getvalue()  # type: ignore[attr-defined]
