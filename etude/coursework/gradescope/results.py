"""results.json, as Gradescope reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etude.coursework.exports.reasons import reason
from etude.coursework.grades import Grades
from etude.render.visible import visible_line
from etude.report import CheckResult, Report, Status

UNISOLATED = "Graded without the kernel's isolation"


@dataclass(frozen=True)
class Answer:
    """A student's to one exercise: its report, or why there is none."""

    exercise: str
    maximum: int
    report: Report | None
    refused: str = ""  # in one line


def results(answers: Sequence[Answer], exam: bool) -> dict[str, Any]:
    """A test for each check, or one for an answer that is none or cannot be loaded. With `exam`, no reasons."""
    tests = [test for answer in answers for test in _tests(answer, exam, several=len(answers) > 1)]
    reports = [answer.report for answer in answers if answer.report is not None]
    return {
        "score": sum(report.score for report in reports),
        "execution_time": round(sum(report.seconds for report in reports)),
        "output": "\n".join(_notes(answers, exam)),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "output_format": "text",  # never HTML: some of it was written by students
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": tests,
    }


def of_student(grades: Grades, student: str, exam: bool) -> dict[str, Any]:
    """Of one student of a graded batch."""
    answers = []
    for exercise in grades.exercises:
        result = grades.results.get((student, exercise))
        report = result.report if result else None
        refused = result.refused if result else f"{exercise}: nothing was handed in"
        answers.append(Answer(exercise, grades.maximum(exercise), report, refused))
    return results(answers, exam)


def _notes(answers: Sequence[Answer], exam: bool) -> list[str]:
    notes = [visible_line(answer.refused) for answer in answers if answer.report is None]
    levels = {answer.report.isolation for answer in answers if answer.report is not None}
    unisolated = sorted(", ".join(level.lacks) for level in levels if level.level == "process")
    beliefs = [] if exam else [answer.report.misconception for answer in answers if answer.report is not None]
    notes += [f"This looks like a known fault: {belief.fault} {belief.advice}" for belief in beliefs if belief]
    return [*notes, *(f"{UNISOLATED}: {lacks}" for lacks in unisolated)]


def _tests(answer: Answer, exam: bool, several: bool) -> list[dict[str, Any]]:
    prefix = f"{answer.exercise}: " if several else ""
    report = answer.report
    if report is None:
        return [_test(f"{prefix}the answer can be graded", 0, answer.maximum, False, visible_line(answer.refused))]
    report = report.for_exam() if exam else report
    if report.problem is not None and report.checks:  # the same for each of them
        why = reason(report, report.checks[0])
        return [_test(f"{prefix}the answer can be loaded", 0, answer.maximum, False, why)]
    return [
        _test(
            prefix + visible_line(check.description), check.earned, check.maximum, _full(check), reason(report, check)
        )
        for check in report.checks
        if check.counts
    ]


def _test(name: str, score: int, maximum: int, passed: bool, output: str) -> dict[str, Any]:
    status = "passed" if passed else "failed"
    return {
        "name": name, "score": score, "max_score": maximum, "status": status, "output": output, "visibility": "visible",
    }  # fmt: skip


def _full(check: CheckResult) -> bool:
    return check.status is Status.PASSED and not check.partial
