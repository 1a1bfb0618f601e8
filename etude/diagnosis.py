"""Which misconception a failed attempt looks like.

An attempt that fails the same checks as one of the exercise's wrong answers is graded again on the inputs that those
are known by. It is told a misconception only where each failure is alike there, in what came back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.misconceptions import SEED, Misconceptions, shown, told
from etude.report import Category, Report

if TYPE_CHECKING:
    from etude.judge.client import Judge
    from etude.judge.job import GradeOptions
    from etude.submission import Submission

LONGEST = 10.0  # seconds: an answer that took longer is not run again

Regrade = Callable[[int], Report]  # the same answer, without the clock, on the inputs of this seed


def diagnosed(
    judge: Judge,
    exercise: Exercise,
    submission: Submission,
    report: Report,
    options: GradeOptions,
    warn: Callable[[str], None] = lambda line: None,
) -> Report:
    """`report` with the misconception that the answer behaves like, where it is one that the exercise knows.

    The judge may be asked once more; whatever goes wrong then is told to `warn`, and the verdict stands without it.
    """

    def regrade(seed: int) -> Report:
        return judge.grade(exercise, submission, dataclasses.replace(options, seed=seed, speed=False, device="cpu"))

    try:
        return _told(exercise, report, regrade)
    except (JudgeError, EtudeError) as error:
        warn(f"no misconception is told: {error}")
        return report


def _told(exercise: Exercise, report: Report, regrade: Regrade) -> Report:
    if report.full_marks or report.problem is not None or report.seconds > LONGEST:
        return report
    known, found = Misconceptions.read(exercise), shown(report)
    if known is None or not found or not known.may_know(found):
        return report
    inputless = {check.name for check in report.checks if check.category in (Category.SPEED, Category.RULES)}
    name = known.name(found if found.keys() <= inputless else shown(regrade(SEED)))
    return dataclasses.replace(report, misconception=told(exercise, name)) if name else report
