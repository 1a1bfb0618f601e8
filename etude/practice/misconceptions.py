"""Which misconception a failed attempt looks like."""

from __future__ import annotations

from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission


def diagnosed(
    judge: Judge, exercise: Exercise, submission: Submission, report: Report, options: GradeOptions
) -> Report:
    """`report` with the misconception that the answer behaves like, where it is one that the exercise knows."""
    return report
