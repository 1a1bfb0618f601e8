"""What a candidate may be sent: the score, and which requirements held. Nothing of why, and nothing of anyone else.

A requirement is a check's description, a sentence that the prompt says too. Left out is all that tells how it is
checked: inputs, values, advice, times, the seed, the misconception, the reference and the questions that follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from etude.exercise import Exercise
from etude.render.takehome import Share, by_category, render, reports
from etude.report import CheckResult, Status
from etude.takehome.dossier import Dossier

_HELD = {
    Status.PASSED: "held",
    Status.FAILED: "did not hold",
    Status.ERROR: "did not hold",
    Status.SKIPPED: "not tried",
}


@dataclass(frozen=True)
class Requirement:
    text: str
    held: str
    score: Share


@dataclass(frozen=True)
class Part:
    """One exercise."""

    title: str
    handed_in: bool
    loads: bool
    graded: bool
    score: Share
    requirements: tuple[Requirement, ...]


def feedback_page(dossier: Dossier) -> str:
    """A page that may leave the house."""
    parts = [_part(dossier, exercise) for exercise in dossier.exercises]
    return render(
        "takehome_feedback.html",
        candidate=dossier.candidate,
        title=dossier.title,
        total=Share(dossier.score, dossier.maximum),
        parts=parts,
        categories=by_category(reports(dossier)),
        some_not_tried=any(each.held == "not tried" for part in parts for each in part.requirements),
    )


def _part(dossier: Dossier, exercise: Exercise) -> Part:
    result = dossier.results.get(exercise.id)
    report = result.report.for_exam() if result and result.report else None
    loads = report is None or report.problem is None
    return Part(
        exercise.title,
        result is not None,
        loads,
        report is not None,
        Share.of(report.checks) if report else Share(0, dossier.possible(exercise)),
        tuple(_requirement(check) for check in report.checks if check.counts) if report and loads else (),
    )


def _requirement(check: CheckResult) -> Requirement:
    held = "held in part" if check.partial else _HELD[check.status]
    return Requirement(check.description, held, Share.of([check]))
