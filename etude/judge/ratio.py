"""How many times the reference's time an answer takes: the median over the rounds, and how sure that is."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

import numpy as np

MIN_WORK = 1e-5  # seconds: less than this is no reference to measure against
CONFIDENCE = 0.95
RESAMPLES = 2_000


@dataclass(frozen=True)
class Interval:
    """Where the true median ratio lies, with CONFIDENCE."""

    low: float
    high: float

    def contains(self, ratio: float) -> bool:
        return self.low <= ratio <= self.high


@dataclass
class Rounds:
    """The times of one measurement, in seconds, round by round."""

    answer: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    echo: list[float] = field(default_factory=list)

    @property
    def total(self) -> float:
        return sum(self.answer) + sum(self.reference) + sum(self.echo)

    def ratios(self, allowance: float = 0.0) -> list[float]:
        """(answer - echo) / (reference - echo) of each round; `allowance` comes off the answer, in seconds."""
        return [
            max(answer - allowance - echo, 0.0) / max(reference - echo, MIN_WORK)
            for answer, reference, echo in zip(self.answer, self.reference, self.echo, strict=True)
        ]

    def ratio(self, allowance: float = 0.0) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios(allowance))

    def interval(self, allowance: float = 0.0) -> Interval:
        """The percentile bootstrap of that median (B. Efron, "Bootstrap methods: another look at the jackknife",
        Annals of Statistics 7, 1979)."""
        ratios = np.array(self.ratios(allowance))
        drawn = np.random.default_rng(0).integers(len(ratios), size=(RESAMPLES, len(ratios)))
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(np.median(ratios[drawn], axis=1), [tail, 1 - tail])
        return Interval(float(low), float(high))
