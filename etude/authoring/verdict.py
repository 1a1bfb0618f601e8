"""What an audit keeps of a Report: how each check ended and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from etude.report import Category, CheckResult, Report, Status
from etude.symptom import symptoms


@dataclass(frozen=True)
class Verdict:
    score: int
    maximum: int
    seconds: float
    statuses: dict[str, str]  # of the checks that count, in the grader's order
    reasons: dict[str, str]  # of those that did not pass
    earned: dict[str, str]  # check -> category, where marks were earned
    timed: list[str]  # speed checks, whether or not they were asked for
    testimony: list[str]  # checks that rest on what the worker says of itself
    printed: str
    symptoms: dict[str, list[Any]]  # how each check that failed shows, as Symptom.to_json has it
    problem: str | None = None

    @classmethod
    def of(cls, report: Report) -> Verdict:
        counted = [check for check in report.checks if check.counts]
        return cls(
            score=report.score,
            maximum=report.maximum,
            seconds=report.seconds,
            statuses={check.name: check.status.value for check in counted},
            reasons={check.name: _reason(check) for check in counted if check.status is not Status.PASSED},
            earned={check.name: check.category.value for check in counted if check.earned},
            timed=[check.name for check in report.checks if check.category is Category.SPEED],
            testimony=[check.name for check in counted if check.testimony],
            printed="".join(check.output for check in report.checks),
            symptoms={name: symptom.to_json() for name, symptom in symptoms(report).items()},
            problem=report.problem.problem if report.problem else None,
        )

    @property
    def full_marks(self) -> bool:
        return self.problem is None and 0 < self.maximum == self.score

    @property
    def missed(self) -> list[str]:
        """Checks that ran and did not pass."""
        return [name for name, status in self.statuses.items() if status in (Status.FAILED, Status.ERROR)]

    def why(self, names: Iterable[str] | None = None) -> str:
        """Why marks were lost, at `names` or anywhere."""
        wanted = list(self.reasons) if names is None else [name for name in names if name in self.reasons]
        return self.problem or "; ".join(f"{name} ({self.reasons[name]})" for name in wanted) or "no reason given"


def _reason(check: CheckResult) -> str:
    text = check.rationale.problem if check.rationale else check.status.value
    if check.timing:
        text = f"{text}, {check.timing.ratio:.2f} times the reference"
    return text[:300]
