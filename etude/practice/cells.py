"""Places in a notebook's answer as its author sees them: the judge counts the lines of all code cells together."""

from __future__ import annotations

import re
from dataclasses import replace

from etude.report import Rationale, Report
from etude.submission import Submission

_CELL = re.compile(r"# cell (\d+)")  # as etude.notebook heads each
_PLACE = re.compile(r"^(\S.*?):(\d{1,9})(?= in |$)", re.MULTILINE)  # as etude.judge.exceptions words it
_SYNTAX = re.compile(r"^(syntax error) in line (\d{1,9})(?=:)")


def with_cells(report: Report, submission: Submission) -> Report:
    """`report` with "cell 2, line 15" for each line of a notebook's; that of any other answer as it is."""
    if submission.path is None or submission.path.suffix != ".ipynb":
        return report
    heads = _heads(submission.source)

    def told(why: Rationale | None) -> Rationale | None:
        if why is None or why.traceback is None:
            return why
        problem = _SYNTAX.sub(lambda found: f"{found[1]} in {_cell(heads, int(found[2]))}", why.problem)
        traceback = _PLACE.sub(lambda found: f"{found[1]}, {_cell(heads, int(found[2]))}", why.traceback)
        return replace(why, problem=problem, traceback=traceback)

    checks = tuple(replace(check, rationale=told(check.rationale)) for check in report.checks)
    return replace(report, problem=told(report.problem), checks=checks)


def _heads(source: str) -> list[tuple[int, int]]:
    """Before which line each cell begins, and its number. (The author may write `# cell 1` too: numbers only grow.)"""
    heads: list[tuple[int, int]] = []
    for line, text in enumerate(source.split("\n"), start=1):
        found = _CELL.fullmatch(text)
        if found and (not heads or int(found[1]) > heads[-1][1]):
            heads.append((line, int(found[1])))
    return heads


def _cell(heads: list[tuple[int, int]], line: int) -> str:
    head, number = next((pair for pair in reversed(heads) if pair[0] < line), (0, 0))
    return f"cell {number}, line {line - head}" if number else f"line {line}"
