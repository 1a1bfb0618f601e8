"""What people see of a report: golden scorecards, and nothing of a candidate's that a terminal would obey.

After a change that is meant: ETUDE_GOLDEN=write pytest tests/test_render.py, and read the difference.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from etude.catalog import Catalog
from etude.exercise import Exercise
from etude.render.json import report_line
from etude.render.listing import render_list
from etude.render.page import render_prompt, render_solution
from etude.render.terminal import duration, percent, render_report
from etude.render.visible import bounded, visible, visible_line
from etude.report import Category, CheckResult, Isolation, Misconception, Rationale, Report, Status, Timing

HERE = Path(__file__).parent
ESCAPE = "\x1b"

SUMS = CheckResult(
    "test_sums",
    "Each slice sums to one, along the last axis and any other.",
    Category.CORRECTNESS,
    2,
    Status.PASSED,
    2e-3,
)
DTYPE = CheckResult(
    "test_dtype",
    "float32 stays float32.",
    Category.CONTRACT,
    1,
    Status.FAILED,
    9e-4,
    Rationale("The dtype is float64.", "softmax(array of shape (4, 7), float32)", "float64", "float32"),
    help="Do the arithmetic in the input's dtype.",
)
LARGE = CheckResult(
    "test_large",
    "Scores of ±10,000 give finite probabilities, whatever the shape and the axis they come along.",
    Category.STABILITY,
    2,
    Status.FAILED,
    3.4e-3,
    Rationale(
        "28 of 28 values differ.",
        "softmax(array of shape (4, 7), float64)",
        "[[nan  0.  0.]\n [nan nan nan]]",
        "[[1. 0. 0.]\n [0. 0. 1.]]",
        "first at (0, 0): nan where 1.0 was wanted; largest error inf",
    ),
    help="Subtract the maximum before you exponentiate.",
    output=f"overflow!\n{ESCAPE}[32m✓ all passed{ESCAPE}[0m\n",
)
AXIS = CheckResult(
    "test_axis",
    "An axis that is not there raises ValueError.",
    Category.ERRORS,
    1,
    Status.ERROR,
    1.1e-3,
    Rationale(
        "IndexError: tuple index out of range",
        "softmax(array of shape (2, 2), float64, axis=5)",
        traceback="softmax.py, line 14, in softmax\n    rows = x.shape[axis]\n           ~~~~~~~^^^^^^",
    ),
)
GRADIENT = CheckResult(
    "test_gradient",
    "The gradient is right.",
    Category.GRADIENT,
    2,
    Status.SKIPPED,
    0.0,
    Rationale("test_large did not pass."),
)
SPEED = CheckResult(
    "test_speed",
    "(65536, 64) float32 in at most 3 times the reference's time.",
    Category.SPEED,
    2,
    Status.PASSED,
    1.31,
    timing=Timing(2.314, 3, 20, 0.0123, 0.0053, 0.0119, 0.0004),
)
GPU = CheckResult("test_gpu", "The same on a GPU.", Category.CORRECTNESS, 1, Status.SKIPPED, 0.0, counts=False)
KERNEL = Isolation("kernel", 7, True)
PROCESS = Isolation("process", 0, False, ("no Landlock (kernel too old, or not Linux)",))

ALL = (SUMS, DTYPE, LARGE, AXIS, GRADIENT, SPEED, GPU)
MIXED = Report("softmax", "answers/softmax.py", 1234567, "full", "cpu", KERNEL, 1.52, ALL)
FULL = dataclasses.replace(MIXED, checks=(SUMS, SPEED))
BROKEN = dataclasses.replace(
    MIXED,
    isolation=PROCESS,
    seconds=0.012,
    checks=(dataclasses.replace(GRADIENT, status=Status.ERROR, rationale=None),),
    problem=Rationale("SyntaxError: '(' was never closed", traceback="softmax.py, line 3\n    def f(x:\n         ^"),
)


def shown(report: Report, width: int = 80, color: str | None = None, encoding: str = "utf-8") -> str:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    terminal = Console(file=stream, width=width, color_system=color, force_terminal=color is not None)  # type: ignore[arg-type]
    render_report(report, terminal)
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode(encoding)


def golden(name: str, text: str) -> None:
    path = HERE / "golden" / f"{name}.txt"
    trimmed = "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    if os.environ.get("ETUDE_GOLDEN") == "write":
        path.write_text(trimmed, encoding="utf-8")
    assert trimmed == path.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(
    ("name", "report"), [("mixed", MIXED), ("exam", MIXED.for_exam()), ("full", FULL), ("broken", BROKEN)]
)
def test_scorecard(name: str, report: Report, width: int) -> None:
    text = shown(report, width)
    assert max(map(len, text.splitlines())) <= width
    golden(f"scorecard_{name}_{width}", text)


def test_colour_and_its_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert f"{ESCAPE}[32m✓" in shown(MIXED, color="standard")
    assert ESCAPE not in shown(MIXED)
    monkeypatch.setenv("NO_COLOR", "1")
    codes = set(re.findall(rf"{ESCAPE}\[([\d;]*)m", shown(MIXED, color="standard")))
    assert codes <= {"0", "1", "2", ""}  # bold and dim are not colours


def test_a_narrow_terminal_and_an_old_encoding() -> None:
    assert "softmax" in shown(MIXED, 30)
    plain = dataclasses.replace(FULL, checks=(SUMS, dataclasses.replace(SUMS, status=Status.SKIPPED)))
    assert "\n+ Each slice" in shown(plain, encoding="latin-1")


def test_exam_feedback_withholds() -> None:
    text = shown(MIXED.for_exam())
    for secret in ("1234567", "nan", "overflow", "Subtract", "IndexError", "2.31", "test_large"):
        assert secret not in text


def test_nothing_of_the_candidates_is_obeyed() -> None:
    nasty = f"{ESCAPE}[2J{ESCAPE}]0;title\x07[bold red]markup[/] :smile: \r\b\x00\x9b31m\u202eback\ud800\u2028\x85"
    rationale = Rationale(nasty, nasty, nasty, nasty, nasty, nasty)
    check = dataclasses.replace(LARGE, description=nasty, rationale=rationale, help=nasty, output=nasty)
    report = dataclasses.replace(MIXED, submission=nasty, checks=(check,), problem=rationale)
    text = shown(report, 120)
    assert not set(text) & {ESCAPE, "\x07", "\r", "\b", "\x00", "\x9b", "\u202e", "\u2028", "\x85", "\ud800"}
    assert "[bold red]markup[/] :smile:" in text
    assert r"\x1b[2J" in text


def test_what_is_raised_at_one_line_is_shown_in_full_once() -> None:
    def raised(name: str, problem: str, line: str) -> CheckResult:
        why = Rationale(problem, given=f"given to {name}", traceback=line)
        return CheckResult(name, name, Category.CORRECTNESS, 1, Status.ERROR, 0.1, why, help=f"help of {name}")

    same = [raised(name, "not implemented yet", "a.py:3") for name in ("first", "second")]
    other = [raised("third", "not implemented yet", "a.py:9"), raised("fourth", "ValueError", "a.py:3")]
    text = shown(dataclasses.replace(MIXED, checks=(*same, *other, raised("fifth", "ValueError", "a.py:3"))))
    for name in ("first", "third", "fourth"):
        assert f"given to {name}" in text
    assert "given to second" not in text
    assert "help of second" not in text
    assert "given to fifth" not in text
    assert "help of fifth" in text


def test_a_known_fault_is_told_with_its_belief_and_advice() -> None:
    known = Misconception("naive", "It \x1b[31mworks.", "Subtract the maximum.", "Overflows.")
    text = shown(dataclasses.replace(MIXED, misconception=known))
    assert "This looks like a known fault: Overflows." in text
    assert "Subtract the maximum." in text
    assert ESCAPE not in text
    assert "known fault" not in shown(dataclasses.replace(MIXED, misconception=known).for_exam())


def test_without_its_speed_checks_there_are_no_full_marks() -> None:
    left_out = dataclasses.replace(SPEED, status=Status.SKIPPED, timing=None, rationale=None, counts=False)
    assert "full marks" in shown(FULL)
    text = shown(dataclasses.replace(FULL, checks=(SUMS, left_out)))
    assert "all of what was asked" in text
    assert "full marks" not in text


def test_what_is_long_is_cut_and_says_so() -> None:
    flood = dataclasses.replace(LARGE, output="line\n" * 10_000, rationale=Rationale("x" * 100_000))
    text = shown(dataclasses.replace(MIXED, checks=(flood,)))
    assert "… 9988 more lines" in text
    assert len(text) < 8000


@pytest.mark.parametrize(
    ("text", "lines", "cut"),
    [
        ("a\nb", 2, "a\nb"),
        ("a\nb\nc", 2, "a\nb\n… 1 more line"),
        ("a\nb\nc\nd", 2, "a\nb\n… 2 more lines"),
        ("abcdef", 2, "abcd …"),
        ("abc\ndef", 2, "abc\n …"),
    ],
)
def test_bounded(text: str, lines: int, cut: str) -> None:
    assert bounded(text, lines, 4) == cut


def test_visible() -> None:
    assert visible("é\tλ ✓ 🙂\r\n") == "é   λ ✓ 🙂\n"
    assert visible_line("a\nb") == "a\\nb"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 µs"),
        (51e-6, "51.0 µs"),
        (0.9996e-3, "1000 µs"),
        (8.4e-3, "8.40 ms"),
        (1.238, "1.24 s"),
        (754, "754 s"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_percent_rounds_down() -> None:
    assert [percent(x) for x in (0.0, 0.29, 0.999, 1.0)] == ["0%", "29%", "99%", "100%"]


def test_json_is_one_line_that_reads_back() -> None:
    report = dataclasses.replace(MIXED, submission="a\nb\u2028\ud800é")
    line = report_line(report)
    assert line.isascii()
    assert line.isprintable()
    assert Report.from_json(json.loads(line)) == report
    assert json.loads(line)["score"] == 4


def exercises() -> list[Exercise]:
    catalog = Catalog.load([HERE / "fixtures" / "mini_bank"])
    return [catalog.get("double"), catalog.get("mean")]


@pytest.mark.parametrize("width", [80, 120])
def test_list(width: int) -> None:
    double, mean = exercises()
    other = dataclasses.replace(
        mean, chapter="q12_inference", id="classification_metrics", extras=("sklearn",), title="Long " * 30
    )
    terminal = Console(width=width, color_system=None, record=True, file=io.StringIO())
    render_list([double, mean, other], {"double": 1.0, "mean": 0.999}, ("sklearn",), terminal)
    text = terminal.export_text()
    assert max(map(len, text.splitlines())) <= width
    golden(f"list_{width}", text)


def test_pages() -> None:
    double = exercises()[0]
    terminal = Console(width=80, color_system=None, record=True, file=io.StringIO())
    render_prompt(double, double.prompt_path.read_text(), terminal)
    render_solution(double.solution_path.read_text(), terminal)
    render_solution("x = 1", terminal)
    golden("pages_80", terminal.export_text())
