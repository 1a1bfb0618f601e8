"""Which misconception a failed attempt looks like.

An attempt that fails the same checks as one of the exercise's wrong answers is graded again on the inputs that those
are known by. It is told a misconception only where each failure is alike there, in what came back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from etude.exercise import Exercise
from etude.misconceptions import SEED, Misconceptions, shown, told
from etude.report import Category, Report

LONGEST = 10.0  # seconds: an answer that took longer is not run again

Regrade = Callable[[int], Report]  # the same answer, without the clock, on the inputs of this seed


def diagnosed(exercise: Exercise, report: Report, regrade: Regrade) -> Report:
    """`report` with the misconception that the answer behaves like, where it is one that the exercise knows."""
    if report.full_marks or report.problem is not None or report.seconds > LONGEST:
        return report
    known, found = Misconceptions.read(exercise), shown(report)
    if known is None or not found or not known.may_know(found):
        return report
    inputless = {check.name for check in report.checks if check.category in (Category.SPEED, Category.RULES)}
    name = known.name(found if found.keys() <= inputless else shown(regrade(SEED)))
    return dataclasses.replace(report, misconception=told(exercise, name)) if name else report
