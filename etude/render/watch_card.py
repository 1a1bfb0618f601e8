"""The scorecard in as many lines as there are.

It gives way as the room does: first all that was missed is told in detail; then the first of it only; then each check
has one line; then checks that pass, and did before, are counted and no longer listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from etude.practice.watch.state import WatchState
from etude.render.paper import Lines, Paper
from etude.render.terminal import details, headline, misconception, problem
from etude.render.visible import visible_line
from etude.report import CheckResult, Report, Status

SHORTEST = 4  # lines: of a check's details, where they are cut
HEADLINE_COLUMNS = 20  # of a headline, besides the description and the change


def scorecard(state: WatchState, paper: Paper, room: int) -> Lines:
    if state.problem:
        return paper.lines([Text(visible_line(state.problem), "bold yellow")])
    if state.untouched:
        return paper.lines([Text("This is the stub: write your answer in it, and save.")])
    report = state.report
    if report is None:
        return []
    if report.problem is not None:
        return paper.cut(paper.lines(problem(report)), room)
    belief = paper.lines(misconception(report))
    return [*_checks(state, report, paper, max(room - len(belief), SHORTEST)), *belief]


def _checks(state: WatchState, report: Report, paper: Paper, room: int) -> Lines:
    first = next((check for check in report.checks if check.status in (Status.FAILED, Status.ERROR)), None)
    whole = [paper.lines([headline(check, paper.unicode, state.change(check))]) for check in report.checks]
    short = [_on_one_line(check, state.change(check), paper) for check in report.checks]
    told = [paper.lines(details(check)) for check in report.checks]
    of_first = [lines if check is first else [] for check, lines in zip(report.checks, told, strict=True)]
    for headlines, below in ((whole, told), (whole, of_first), (short, of_first)):
        lines = [line for head, tail in zip(headlines, below, strict=True) for line in (*head, *tail)]
        if len(lines) <= room:
            return lines
    listed = [
        line
        for check, head in zip(report.checks, short, strict=True)
        if check is not first and (check.status is not Status.PASSED or state.change(check))
        for line in head
    ]
    return _what_matters(state, first, [*listed, *paper.lines(_others(state, report, paper))], paper, room)


def _on_one_line(check: CheckResult, change: str, paper: Paper) -> Lines:
    description = Text(visible_line(check.description))
    description.truncate(max(paper.width - HEADLINE_COLUMNS - len(change), 10), overflow="ellipsis")
    return paper.lines([headline(replace(check, description=paper.plain(description.plain)), paper.unicode, change)])


def _what_matters(state: WatchState, first: CheckResult | None, others: Lines, paper: Paper, room: int) -> Lines:
    """The first check that was missed, cut to what the others leave."""
    if first is None:
        return paper.cut(others, room)
    change = state.change(first)
    lead = paper.lines([headline(first, paper.unicode, change), *details(replace(first, help=None))])
    advice = paper.lines(_advice(first))
    left = room - len(advice) - len(others)
    if left >= SHORTEST:
        return [*paper.cut(lead, left), *advice, *others]
    return paper.cut([*lead, *advice, *others], room)


def _advice(check: CheckResult) -> Iterator[RenderableType]:
    if check.help:
        yield Padding(Text.assemble(("help  ", "dim"), (visible_line(check.help), "cyan")), (0, 0, 0, 2))


def _others(state: WatchState, report: Report, paper: Paper) -> Iterator[RenderableType]:
    count = sum(check.status is Status.PASSED and not state.change(check) for check in report.checks)
    if count:
        yield Text(f"{'✓' if paper.unicode else '+'} {count} check{'s' * (count != 1)} passed", "green")
