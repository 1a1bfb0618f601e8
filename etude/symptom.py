"""How a failed check shows, in a form that can be compared: what a wrong answer is known by."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from etude.report import Category, CheckResult, Report, Status

FIRST = 6  # how many of the numbers that came back are kept; the others only in their sums
FIGURES = 4
PROBLEM, KIND, LINE = 200, 60, 80  # characters
TOLERANCE, NOISE = 2e-3, 1e-6  # relative and absolute: another way to write the same fault rounds otherwise
_PATH = re.compile(
    r"(?<![\w:/])/(?:[\w.+-]+/)+[\w.+-]+"
)  # which a library's message may name: each machine has its own
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|inf|nan)(?![\w.])")


@dataclass(frozen=True)
class Symptom:
    status: str
    problem: str  # with its numbers left out
    numbers: tuple[float | str, ...]  # of what came back; `inf`, `-inf` and `nan` as text, which JSON can hold
    line: str = ""  # of the answer, where it raised; tells two apart that are alike in all else

    @classmethod
    def of(cls, check: CheckResult) -> Symptom:
        why = check.rationale
        if why is None:
            return cls(check.status.value, "", ())
        problem = _PATH.sub("#", why.problem)[:PROBLEM]  # the report cuts it too, after however long a path
        told = (why.given, why.returned, problem, why.difference)
        numbers = tuple(number for text in told if text for number in _summary(_NUMBER.findall(text)))
        kind = (why.returned or "").partition("\n")[0][:KIND]  # "float64 array of shape (4, 3):"
        line = (why.traceback or "").rpartition("\n")[2].strip()[:LINE]
        return cls(check.status.value, _NUMBER.sub("#", f"{problem} {kind}").strip(), numbers, line)

    @classmethod
    def from_json(cls, data: list[Any]) -> Symptom:
        status, problem, numbers, line = data
        return cls(status, problem, tuple(numbers), line)

    def to_json(self) -> list[Any]:
        return [self.status, self.problem, list(self.numbers), self.line]

    def is_like(self, other: Symptom) -> bool:
        return (self.status, self.problem) == (other.status, other.problem) and _close(self.numbers, other.numbers)


def symptoms(report: Report) -> dict[str, Symptom]:
    """Of each check that ran and did not pass, the clock's left out."""
    return {check.name: Symptom.of(check) for check in report.checks if missed(check)}


def missed(check: CheckResult) -> bool:
    return check.status in (Status.FAILED, Status.ERROR) and check.category is not Category.SPEED


def _summary(found: list[str]) -> tuple[float | str, ...]:
    """The first of them, and what the others come to."""
    numbers = [float(text) for text in found]
    finite = [number for number in numbers if math.isfinite(number)]
    sums = (sum(finite), sum(map(abs, finite))) if numbers[FIRST:] else ()
    return tuple(_rounded(number) for number in (*numbers[:FIRST], *sums))


def _rounded(number: float) -> float | str:
    return float(f"{number:.{FIGURES}g}") if math.isfinite(number) else str(number)


def _close(some: tuple[float | str, ...], others: tuple[float | str, ...]) -> bool:
    if len(some) != len(others):
        return False
    return all(
        math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=NOISE)
        if isinstance(a, float | int) and isinstance(b, float | int)
        else a == b
        for a, b in zip(some, others, strict=True)
    )
