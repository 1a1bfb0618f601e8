"""Why a check did not pass, as plain text: what the full report says, and nothing else."""

from __future__ import annotations

from etude.batch.store import Result
from etude.render.terminal import VALUE_LINES, detail_rows, timing_line
from etude.render.visible import bounded, visible, visible_line
from etude.report import CheckResult, Report, Status

LONGEST_LINE = 300  # characters


def problem(report: Report, check: CheckResult) -> str:
    """One sentence, on one line; "" where the check passed, or the feedback withholds it."""
    why = check.rationale or report.problem
    if check.status is Status.PASSED or why is None:
        return ""
    return visible_line(bounded(why.problem, 1, LONGEST_LINE))


def reason(report: Report, check: CheckResult) -> str:
    """All that there is to say of a check: a line for the problem, then what was given, returned and wanted."""
    parts = [timing_line(check.timing)] if check.timing is not None else []
    if check.status is not Status.PASSED or check.partial:
        why = check.rationale or report.problem
        parts += [bounded(why.problem, VALUE_LINES)] if why is not None else []
        rows = detail_rows(why, check.help, check.output)
        parts += [f"{label}:\n{value}" if "\n" in value else f"{label}: {value}" for label, value in rows]
    return visible("\n".join(parts))


def feedback(result: Result, exam: bool) -> str:
    """An answer's points and each check that cost some, on one line."""
    report = result.report.for_exam() if exam and result.report else result.report
    if report is None:
        return visible_line(f"Not graded: {result.refused}")
    missed = [check for check in report.checks if check.earned < check.maximum]
    said = [
        ": ".join(filter(None, (visible_line(check.description).rstrip("."), problem(report, check))))
        for check in missed
    ]
    if report.problem is not None:  # the same for every check
        said = [f"The answer could not be loaded: {problem(report, missed[0])}"] if missed else []
    belief = [visible_line(report.misconception.advice)] if report.misconception else []
    return " • ".join([f"{report.score} of {report.maximum} points", *said, *belief])
