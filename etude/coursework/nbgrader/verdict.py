"""What became of an answer, as nbgrader shows it: a share of the points, a scorecard, and a comment."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etude.batch.store import Result
from etude.render.visible import visible
from etude.report import Report, Status

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDTH = 100


@dataclass(frozen=True)
class Verdict:
    share: float  # of the cell's points
    scorecard: str
    missed: str = ""  # what failed and why

    @classmethod
    def of(cls, result: Result, exam: bool = False) -> Verdict:
        """In an exam it is told how each check ended, and nothing of why."""
        if result.report is None:
            return cls.refused(result.refused)
        return cls.of_report(result.report.for_exam() if exam else result.report)

    @classmethod
    def of_report(cls, report: Report) -> Verdict:
        told = dataclasses.replace(report, seed=None)  # it is the whole course's
        return cls(report.fraction if report.problem is None else 0.0, _scorecard(told), _missed(told))

    @classmethod
    def refused(cls, why: str) -> Verdict:
        told = visible(f"Not graded: {why}.")
        return cls(0.0, told, told)

    def points(self, of: float) -> float:
        return round(self.share * of, 6)

    @property
    def comment(self) -> str | None:
        """As Markdown, in which nothing of the answer's is anything but text: nbgrader's pages take HTML as it is."""
        if not self.missed:
            return None
        longest = max(map(len, re.findall("`+", self.missed)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}text\n{self.missed}\n{fence}"


def _scorecard(report: Report) -> str:
    from etude.render.terminal import render_report

    console = _console()
    render_report(report, console)
    return _text(console)


def _missed(report: Report) -> str:
    console = _console()
    for part in _missed_parts(report):
        console.print(part, highlight=False)
    return _text(console)


def _missed_parts(report: Report) -> Iterator[RenderableType]:
    from etude.render.terminal import details, headline, misconception, problem

    yield from problem(report)
    for check in report.checks if report.problem is None else ():
        if check.counts and (check.status is not Status.PASSED or check.partial):
            yield headline(check, unicode=True)
            yield from details(check)
    yield from misconception(report)


def _console() -> Console:
    from rich.console import Console

    return Console(file=io.StringIO(), width=WIDTH, color_system=None)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().strip("\n").splitlines())
