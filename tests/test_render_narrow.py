"""Terminals of 60 and 80 columns: what matters keeps its width, and what is long folds, shortens or steps aside."""

from __future__ import annotations

import dataclasses
import io
import os
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from etude.judge.brief import call_text
from etude.practice.bench import Bench, Row
from etude.practice.mock import Ending, Interview, Question
from etude.render.bench import render_bench
from etude.render.listing import render_list
from etude.render.mock import render_interview
from etude.render.terminal import render_report
from etude.report import NOT_YET, CheckResult, Rationale, Report, Status
from tests.test_render import AXIS, LARGE, MIXED, SPEED, SUMS, exercises, shown


def console(width: int = 60) -> Console:
    return Console(file=io.StringIO(), width=width, color_system=None, record=True)


def printed(parts: list[RenderableType], width: int = 60) -> str:
    terminal = console(width)
    for part in parts:
        terminal.print(part, width=width)
    return terminal.export_text()


def of(*checks: CheckResult) -> Report:
    return dataclasses.replace(MIXED, checks=checks)


def raised(name: str, problem: str = NOT_YET) -> CheckResult:
    why = Rationale(problem, given="softmax([1])", traceback="softmax.py:15 in softmax\n    raise NotImplementedError")
    return dataclasses.replace(AXIS, name=name, rationale=why, help="mend it")


@pytest.mark.parametrize("width", [60, 80])
def test_what_is_folded_of_a_value_goes_on_further_right_than_it_began(width: int) -> None:
    array = "float64 array of shape (9,): [" + "-0.12345 " * 9 + "]"
    given = call_text("softmax", [], {}).replace(")", f"\n  {array})")
    text = shown(of(dataclasses.replace(LARGE, rationale=Rationale("wrong", given, returned=array))), width)
    lines = text.splitlines()
    columns = {line: len(line) - len(line.lstrip()) for line in lines}
    first = next(line for line in lines if line.lstrip().startswith("float64 array"))
    folded = lines[lines.index(first) + 1]
    assert columns[folded] > columns[first]
    start = next(line for line in lines if "returned" in line)
    assert columns[lines[lines.index(start) + 1]] > start.index("float64")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_last_line_tells_points_share_and_time_in_full(width: int) -> None:
    report = dataclasses.replace(MIXED, seconds=35.2)
    last = shown(report, width).splitlines()[-1]
    assert last.startswith("4 of 10 points")
    assert "40%" in last
    assert last.endswith("35.2 s")
    assert len(last) <= width


def test_the_path_of_a_figure_is_on_one_line_however_long() -> None:
    path = Path("/home/learner/.local/share/etude/figures/20260301-120000-000001-integrated_gradients-values.png")
    terminal = console()
    render_report(of(LARGE), terminal, {LARGE.name: path})
    assert [line.split() for line in terminal.export_text().splitlines() if "figure" in line] == [["figure", str(path)]]


def test_a_stub_is_told_in_one_line() -> None:
    text = shown(of(*(raised(str(number)) for number in range(13)), dataclasses.replace(SPEED, status=Status.SKIPPED)))
    told = "This is the stub: write your answer where it raises NotImplementedError, and grade it."
    assert told in " ".join(text.split())
    assert NOT_YET not in text
    assert AXIS.description not in text


def test_an_answer_that_is_begun_is_told_once_what_is_not_implemented_yet() -> None:
    text = shown(of(SUMS, raised("first"), raised("second"), raised("third")))
    assert text.count(NOT_YET) == 1
    assert text.count(AXIS.description) == 3
    assert text.count("mend it") == 1
    assert shown(of(SUMS, raised("first", "ValueError"), raised("second", "ValueError"))).count("  ValueError") == 2


@pytest.mark.parametrize("width", [60, 62, 70])
def test_each_exercise_has_one_line(width: int) -> None:
    long = dataclasses.replace(exercises()[0], id="batch_norm_and_layer_norm")
    terminal = console(width)
    render_list([long], {long.id: 1.0}, (), terminal)
    lines = terminal.export_text().splitlines()
    assert max(map(len, lines)) <= width
    assert [line.split()[-1] for line in lines if long.id in line] == ["100%"]
    assert lines[0].endswith("best")


def test_the_times_of_bench_keep_the_names_of_their_rows() -> None:
    names = ("the reference", "this attempt", "23 Nov 2026 19:05")
    rows = tuple(Row(name, 1.23e-1, 1.11e-1, 2.34e-3, 1.02, 0.98, 1.06) for name in names)
    text = printed([*render_bench(Bench(SPEED, rows), None)])
    for name in names:
        assert name in text
    assert max(map(len, text.splitlines())) <= 60
    assert "…" not in text
    assert text.count("123 ms") == 3


def test_the_report_of_an_interview_keeps_its_points() -> None:
    question = Question("integrated_gradients", "Title", "q12_interpretability", "warm-up", 30, 1900.0, 12)
    interview = Interview("f" * 32, "2026-03-01T12:00:00+00:00", 7, 3600.0, "mock", (), (question,), ending=Ending.BELL)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        terminal = Console(file=nowhere, width=60, record=True, highlight=False, markup=False, emoji=False)
        render_interview(
            dataclasses.replace(interview, questions=(dataclasses.replace(question, report=MIXED, begun=True),)),
            terminal,
        )
        lines = terminal.export_text().splitlines()
    assert [line.split() for line in lines if line.startswith("integrated_gradients  ")] == [
        ["integrated_gradients", "31:40", "30:00", "12", "4/10"]
    ]
    heading = next(line for line in lines if line.startswith("question"))
    assert heading.split() == ["question", "time", "planned", "gradings", "points"]
    assert len(heading.rstrip()) <= 60
