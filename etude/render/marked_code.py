"""An answer's lines, and beside each the checks that failed there, as their tracebacks say."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from etude.batch.store import Result
from etude.render.visible import bounded, visible, visible_line
from etude.report import Rationale, Report, Status

LONGEST_LINE, MOST_LINES = 300, 2_000  # of an answer, shown
MOST_NOTES = 3  # beside a line: a stub fails every check in one place
_NOT_LOADED = "The answer could not be loaded."
_LINE_END = re.compile(r"\r\n|\r|\n")  # as Python and editors count lines
_PLACE = re.compile(r"^\S.*?:(\d{1,9})(?: in .*)?$", re.MULTILINE)  # as etude.judge.exceptions words it


@dataclass(frozen=True)
class Note:
    """A check that failed at a line."""

    check: str  # its description
    problem: str


@dataclass(frozen=True)
class Line:
    number: int
    text: str  # made visible
    notes: tuple[Note, ...] = ()
    more: int = 0  # checks that failed here too, and are not among the notes
    leads_to: tuple[int, ...] = ()  # the lines, called from here, where checks failed

    @property
    def marked(self) -> bool:
        return bool(self.notes or self.leads_to)


def marked_lines(result: Result) -> list[Line]:
    """The first MOST_LINES lines of the answer."""
    notes: dict[int, list[Note]] = defaultdict(list)
    leads_to: dict[int, set[int]] = defaultdict(set)
    for check, why in _failures(result.report) if result.report else ():
        *outer, inner = [int(match[1]) for match in _PLACE.finditer(why.traceback or "")] or [0]
        notes[inner].append(Note(check, visible_line(bounded(why.problem, 1, LONGEST_LINE))))
        for number in {*outer} - {inner}:
            leads_to[number].add(inner)
    return [
        Line(
            number,
            _cut(text),
            tuple(notes[number][:MOST_NOTES]),
            max(len(notes[number]) - MOST_NOTES, 0),
            tuple(sorted(leads_to[number])[:MOST_NOTES]),
        )
        for number, text in enumerate(_source_lines(result)[:MOST_LINES], start=1)
    ]


def lines_left_out(result: Result) -> int:
    return max(len(_source_lines(result)) - MOST_LINES, 0)


def _source_lines(result: Result) -> list[str]:
    return _LINE_END.split(result.source.rstrip("\r\n"))


def _failures(report: Report) -> Iterator[tuple[str, Rationale]]:
    if report.problem:
        yield _NOT_LOADED, report.problem
        return
    for check in report.checks:
        if check.rationale and check.status in (Status.FAILED, Status.ERROR):
            yield check.description, check.rationale


def _cut(text: str) -> str:
    return visible(text) if len(text) <= LONGEST_LINE else f"{visible(text[:LONGEST_LINE])} …"
