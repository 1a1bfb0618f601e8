"""What a grading says: frozen values, to JSON and back. Totals and the overall status are derived, never stored."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMAT_VERSION = 1
NOT_YET = "not implemented yet"  # the problem of a check that met NotImplementedError


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"  # the answer could not be run
    SKIPPED = "skipped"


class Category(StrEnum):
    CONTRACT = "contract"
    CORRECTNESS = "correctness"
    GRADIENT = "gradient"
    STABILITY = "stability"
    RULES = "rules"
    ERRORS = "errors"
    SPEED = "speed"


@dataclass(frozen=True)
class Rationale:
    """Why a check did not pass. `problem` is one sentence; the rest is there where it helps."""

    problem: str
    given: str | None = None
    returned: str | None = None
    wanted: str | None = None
    difference: str | None = None  # where the two first differ, and by how much
    traceback: str | None = None  # the candidate's own lines


@dataclass(frozen=True)
class Timing:
    """A speed check's measurement; seconds a round (one call, or a run of calls on a GPU)."""

    ratio: float  # (answer - echo) / (reference - echo), the median over the rounds
    threshold: float
    rounds: int
    answer_median: float
    reference_median: float
    answer_min: float
    answer_stddev: float
    low: float | None = None  # the ratio's 95 % confidence interval
    high: float | None = None
    decided: bool = True  # False: the interval still held a threshold when the time was up; the answer got its favour
    lower: tuple[tuple[str, float], ...] = ()  # further thresholds by the share that they earn: ("half", 3.0)
    calls: int = 1  # of a round
    bytes: int = 0  # of a call's inputs and outputs
    work: float = 0.0  # floating-point operations that a call needs; 0 where the exercise does not say
    scales: bool = False  # whether the exercise can be timed at other sizes too
    answer: tuple[float, ...] = ()  # every round's seconds, as measured
    reference: tuple[float, ...] = ()
    echo: tuple[float, ...] = ()

    def net(self, rounds: tuple[float, ...]) -> list[float]:
        """Seconds a call of `answer` or `reference`, less what the transfer took in the same round."""
        return [max(total - transfer, 0.0) / self.calls for total, transfer in zip(rounds, self.echo, strict=True)]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Timing:
        series = {name: tuple(data.get(name, ())) for name in ("answer", "reference", "echo")}
        return cls(**{**data, **series, "lower": tuple((name, at_most) for name, at_most in data.get("lower", ()))})


@dataclass(frozen=True)
class Panel:
    """One picture: a grid of numbers shown as an image, or named series of numbers shown as curves.

    None stands where no finite number was.
    """

    title: str
    grid: tuple[tuple[float | None, ...], ...] = ()  # rows
    curves: dict[str, tuple[float | None, ...]] = dataclasses.field(default_factory=dict)
    row_labels: tuple[str, ...] = ()  # of a matrix whose cells are to be read, like a confusion matrix
    column_labels: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Panel:
        return cls(
            data["title"],
            tuple(tuple(row) for row in data["grid"]),
            {name: tuple(values) for name, values in data["curves"].items()},
            tuple(data["row_labels"]),
            tuple(data["column_labels"]),
        )


@dataclass(frozen=True)
class Misconception:
    """Which of the exercise's known wrong answers this one behaves like."""

    name: str  # of that wrong answer
    belief: str  # behind the fault
    advice: str
    fault: str = ""  # what is wrong with it, in a sentence


@dataclass(frozen=True)
class CheckResult:
    name: str
    description: str
    category: Category
    points: int
    status: Status
    seconds: float
    rationale: Rationale | None = None
    help: str | None = None
    output: str = ""  # what the candidate's code printed during the check
    timing: Timing | None = None
    testimony: bool = False  # rests on what the worker says of itself
    counts: bool = True  # False: left out of the maximum (not asked for, or no such device)
    share: float = 1.0  # of the points, once passed: less for an answer that is fast enough for a lower tier only
    figure: tuple[Panel, ...] = ()  # what a failed check shows better than it tells, side by side
    device: str = "cpu"  # cuda: it needs a GPU

    @property
    def partial(self) -> bool:
        """Passed, but for a lower tier."""
        return self.status is Status.PASSED and self.share < 1

    @property
    def earned(self) -> int:
        """Rounded down."""
        return int(self.points * self.share + 1e-9) if self.status is Status.PASSED and self.counts else 0

    @property
    def maximum(self) -> int:
        return self.points if self.counts else 0

    def to_json(self) -> dict[str, Any]:
        nested = ("rationale", "timing", "figure")  # most checks have none of them
        there = {name: value for name in nested if (value := getattr(self, name))}
        return {**vars(self), **{name: _plain(value) for name, value in there.items()}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CheckResult:
        rationale, timing = data["rationale"], data["timing"]
        return cls(
            **{
                **data,
                "category": Category(data["category"]),
                "status": Status(data["status"]),
                "rationale": Rationale(**rationale) if rationale else None,
                "timing": Timing.from_json(timing) if timing else None,
                "figure": tuple(Panel.from_json(panel) for panel in data.get("figure", ())),
            }
        )


@dataclass(frozen=True)
class Isolation:
    """How the candidate's code was confined: level `kernel` (Landlock and seccomp) or `process` (a plain process)."""

    level: str
    landlock_abi: int
    seccomp: bool
    lacks: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Isolation:
        return cls(**{**data, "lacks": tuple(data["lacks"])})


@dataclass(frozen=True)
class Report:
    exercise: str
    submission: str  # what the answer was called: a path, or "standard input"
    seed: int | None  # None where the feedback withholds it
    feedback: str  # "full" or "exam"
    device: str
    isolation: Isolation
    seconds: float
    checks: tuple[CheckResult, ...]
    problem: Rationale | None = None  # the answer could not be loaded at all
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    misconception: Misconception | None = None
    hardware: str = ""  # of a GPU: its name, driver and precision

    @property
    def score(self) -> int:
        return sum(check.earned for check in self.checks)

    @property
    def maximum(self) -> int:
        return sum(check.maximum for check in self.checks)

    @property
    def possible(self) -> int:
        """What a whole grading on this device can earn: the points of checks that were not asked for, too."""
        return sum(check.points for check in self.checks if check.device in ("cpu", self.device))

    @property
    def fraction(self) -> float:
        return self.score / self.maximum if self.maximum else 0.0

    @property
    def full_marks(self) -> bool:
        return self.problem is None and self.maximum > 0 and self.score == self.maximum

    @property
    def status(self) -> Status:
        if self.problem is not None:
            return Status.ERROR
        return Status.PASSED if self.full_marks else Status.FAILED

    def for_exam(self) -> Report:
        """What a candidate may see in an exam: which checks there are and how each ended, and nothing of why."""

        def withheld(check: CheckResult) -> CheckResult:
            return dataclasses.replace(check, rationale=None, help=None, output="", timing=None, figure=())

        return dataclasses.replace(
            self,
            feedback="exam",
            seed=None,
            checks=tuple(withheld(check) for check in self.checks),
            misconception=None,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the derived totals beside them for readers in other languages."""
        return {
            "format_version": FORMAT_VERSION,
            **vars(self),
            "isolation": _plain(self.isolation),
            "checks": [check.to_json() for check in self.checks],
            "problem": _plain(self.problem),
            "misconception": _plain(self.misconception),
            "score": self.score,
            "maximum": self.maximum,
            "status": self.status.value,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """The inverse of `to_json`; ValueError for a format that this version does not read."""
        if data.get("format_version") != FORMAT_VERSION:
            raise ValueError(f"report format {data.get('format_version')!r}: this étude reads {FORMAT_VERSION}")
        derived = {"format_version", "score", "maximum", "status"}
        fields = {key: value for key, value in data.items() if key not in derived}
        problem, misconception = fields["problem"], fields.get("misconception")
        return cls(
            **{
                **fields,
                "isolation": Isolation.from_json(fields["isolation"]),
                "checks": tuple(CheckResult.from_json(check) for check in fields["checks"]),
                "problem": Rationale(**problem) if problem else None,
                "misconception": Misconception(**misconception) if misconception else None,
            }
        )


def _plain(value: Any) -> Any:
    """A dataclass, or a tuple of them, as dicts; None as it is."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return None if value is None else dict(vars(value))
