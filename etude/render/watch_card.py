"""The scorecard in as many lines as there are.

It gives way as the room does: first all that was missed is told in detail; then the first of it, and of the rest what
fits; then each check has one line; then checks that pass, and did before, are counted and no longer listed. Scrolled,
it is whole.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import NamedTuple

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from etude.practice.watch.state import Phase, WatchState
from etude.render.paper import Lines, Paper
from etude.render.terminal import details, headline, misconception, problem
from etude.render.visible import visible_line
from etude.report import Category, CheckResult, Rationale, Report, Status
from etude.words import counted

SHORTEST = 4  # lines: of a check's details, where they are cut
HEADLINE_COLUMNS = 20  # of a headline, besides the description and the change


class Card(NamedTuple):
    lines: Lines  # no more than there is room for, where that can be
    whole: Lines


def scorecard(state: WatchState, paper: Paper, room: int) -> Card:
    if state.problem:
        return _short(paper.lines([Text(visible_line(state.problem), "bold yellow")]))
    if state.untouched:
        return _short(paper.lines([Text("This is the stub: write your answer in it, and save.")]))
    report = with_speed_to_come(state, paper)
    if report is None:
        return _short([])
    if report.problem is not None:
        told = paper.lines(problem(report))
        return Card(paper.cut(told, room), told)
    belief = paper.lines(misconception(report))
    lines, whole = _checks(state, report, paper, max(room - len(belief), SHORTEST))
    return Card([*lines, *belief], [*whole, *belief])


def with_speed_to_come(state: WatchState, paper: Paper) -> Report | None:
    """The report, its speed checks told when they come. Where they alone are missing they count: no full marks yet."""
    report = state.report
    if report is None:
        return None
    count = report.full_marks and not state.final
    when = paper.plain("being timed…" if state.phase is Phase.TIMING else "timed once all else passes")

    def told(check: CheckResult) -> CheckResult:
        left_out = check.category is Category.SPEED and check.status is Status.SKIPPED and not check.counts
        return replace(check, counts=count, rationale=Rationale(when)) if left_out else check

    return replace(report, checks=tuple(map(told, report.checks)))


def _short(lines: Lines) -> Card:
    return Card(lines, lines)


def _checks(state: WatchState, report: Report, paper: Paper, room: int) -> Card:
    missed = [check for check in report.checks if check.status in (Status.FAILED, Status.ERROR)]
    others = [check for check in report.checks if check not in missed]
    told = {check.name: paper.lines(details(check)) for check in report.checks}

    def listed(headlines: list[Lines], opened: Container[str]) -> Lines:
        parts = zip(report.checks, headlines, strict=True)
        return [line for check, head in parts for line in (*head, *(told[check.name] if check.name in opened else []))]

    long = [paper.lines([headline(check, paper.unicode, state.change(check))]) for check in report.checks]
    short = [_on_one_line(check, state.change(check), paper) for check in report.checks]
    for headlines in (long, short):
        opened = {check.name for check in missed[:1]}
        if len(listed(headlines, opened)) > room:
            continue
        for check in (*missed[1:], *others):
            if len(listed(headlines, {*opened, check.name})) <= room:
                opened.add(check.name)
        return Card(listed(headlines, opened), listed(long, told))
    return _what_matters(state, report, missed[0] if missed else None, paper, room)


def _on_one_line(check: CheckResult, change: str, paper: Paper) -> Lines:
    description = Text(visible_line(check.description))
    description.truncate(max(paper.width - HEADLINE_COLUMNS - len(change), 10), overflow="ellipsis")
    return paper.lines([headline(replace(check, description=paper.plain(description.plain)), paper.unicode, change)])


def _what_matters(state: WatchState, report: Report, first: CheckResult | None, paper: Paper, room: int) -> Card:
    """The first check that was missed, cut to what the others leave."""
    shown = [
        check
        for check in report.checks
        if check is not first and (check.status is not Status.PASSED or state.change(check))
    ]
    passed = paper.lines(_passed(state, report, paper))
    others = [*(line for check in shown for line in _on_one_line(check, state.change(check), paper)), *passed]
    whole = [line for check in shown for line in paper.lines(_in_full(state, check, paper))]
    if first is None:
        return Card(paper.cut(others, room), [*whole, *passed])
    whole = [*paper.lines(_in_full(state, first, paper)), *whole, *passed]
    lead = paper.lines(_in_full(state, replace(first, help=None), paper))
    advice = paper.lines(_advice(first))
    left = room - len(advice) - len(others)
    if left >= SHORTEST:
        return Card([*paper.cut(lead, left), *advice, *others], whole)
    return Card(paper.cut([*lead, *advice, *others], room), whole)


def _in_full(state: WatchState, check: CheckResult, paper: Paper) -> Iterator[RenderableType]:
    yield headline(check, paper.unicode, state.change(check))
    yield from details(check)


def _advice(check: CheckResult) -> Iterator[RenderableType]:
    if check.help:
        yield Padding(Text.assemble(("help  ", "dim"), (visible_line(check.help), "cyan")), (0, 0, 0, 2))


def _passed(state: WatchState, report: Report, paper: Paper) -> Iterator[RenderableType]:
    count = sum(check.status is Status.PASSED and not state.change(check) for check in report.checks)
    if count:
        yield Text(f"{'✓' if paper.unicode else '+'} {counted(count, 'check')} passed", "green")
