"""Speed checks: the answer's time against the reference's, by the host's clock."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import statistics
import time
from collections.abc import Callable
from typing import Any

from etude.exercise import Tier
from etude.judge.grading_run import GradingRun
from etude.judge.marker import CheckSpec
from etude.judge.outcomes import CheckFailure
from etude.judge.ratio import Interval, Rounds
from etude.judge.speed_lock import machine_lock
from etude.judge.timed_batch import TimedBatches
from etude.judge.timed_call import TimedCalls
from etude.judge.timed_rounds import Inputs, TimedRounds, Verify
from etude.report import Rationale, Timing

ALLOWANCE = 1e-3  # seconds a round that an answer may take beyond the threshold
BATCH_SECONDS = 1.5  # that a batch of rounds aims at
MIN_ROUNDS = 7  # of a batch
BUDGET = 6.0  # seconds: batches follow each other while the interval holds a threshold, until these are spent
PATIENCE = 30.0  # seconds, with what is not timed
# So slow after a warm-up that there is nothing to measure: beyond this many seconds and times the threshold.
HOPELESS_SECONDS, HOPELESS_RATIO = 0.25, 10
WAITING = "waiting for another speed check"


class Clock:
    """The `clock` fixture."""

    def __init__(self, run: GradingRun, benchmark: Any, spec: CheckSpec) -> None:
        self._run, self._benchmark, self._spec = run, benchmark, spec

    def assert_ratio(
        self,
        function: str,
        make_inputs: Callable[..., Inputs],
        *,
        verify: Verify,
        help: str | None = None,
        staged: bool | None = None,
        work: Callable[..., float] | None = None,
    ) -> None:
        """The entry point, or the probe's function (`probe.name`), is within the exercise's tiers for this device.

        A tier is so many times the reference's time, and an allowance of 1 ms a round; it earns a share of the points.
        make_inputs: draws fresh arguments for one call; where it takes a `scale`, they are so many times the usual size
        for `etude bench`. verify: called with (output, *inputs) for every output. work: the floating-point operations
        that a call with (*inputs) needs, for the roofline.
        staged: inputs are put into the worker beforehand, and a round is a run of calls over them (always on a GPU).
        While the ratio's confidence interval holds a tier's limit there are more rounds, up to a budget; what is then
        still too close to call is decided in the answer's favour.
        """
        tiers = self._tiers()
        way = TimedBatches if (self._spec.device != "cpu" if staged is None else staged) else TimedCalls
        scales = "scale" in inspect.signature(make_inputs).parameters
        scale = self._run.job.options.scale
        make = functools.partial(make_inputs, scale=scale) if scales and scale != 1 else make_inputs
        with machine_lock(lambda: self._run.tell(WAITING)) as waited:
            if waited:
                self._run.waited += waited
                self._run.tell(self._spec.description)
            timed = way(self._run, self._spec.name, function, make, verify)
            rounds, interval = self._measured(timed, tiers)
        earned = next((tier for tier in tiers if interval.low <= tier.at_most), None)
        decided = not any(interval.contains(tier.at_most) for tier in tiers)
        self._run.timing = dataclasses.replace(
            _timing(rounds, tiers, decided),
            calls=timed.calls,
            bytes=timed.bytes,
            work=work(*timed.inputs) if work is not None else 0.0,
            scales=scales,
        )
        self._benchmark.extra_info.update(ratio=rounds.ratio(), threshold=tiers[0].at_most)
        if earned is None:
            problem = f"{rounds.ratio():.2f} times the reference's time, {tiers[-1].at_most:g} are allowed"
            raise CheckFailure(Rationale(problem, self._run.candidate.given()), help)
        self._run.share = earned.share
        if earned is not tiers[0]:
            self._run.advice = help

    def _tiers(self) -> tuple[Tier, ...]:
        """ValueError, which is the grader's fault, where there are none or they share out parts of a point."""
        tiers = self._run.job.exercise.tiers(self._spec.device)
        if not tiers:
            raise ValueError(f"exercise.toml has no [speed.{self._spec.device}] with full = …")
        if any(self._spec.points * tier.share % 1 for tier in tiers):
            raise ValueError(f"{self._spec.points} points cannot be shared out among {len(tiers)} tiers")
        return tiers

    def _measured(self, timed: TimedRounds, tiers: tuple[Tier, ...]) -> tuple[Rounds, Interval]:
        """Rounds enough to tell the tiers apart, and where the ratio lies by them."""
        warm = timed.warm_up()
        if warm.answer[0] > HOPELESS_SECONDS + HOPELESS_RATIO * tiers[-1].at_most * warm.reference[0]:
            return warm, warm.interval(ALLOWANCE)
        count = int(min(max(BATCH_SECONDS / warm.total, MIN_ROUNDS), timed.most_rounds))
        rounds, until = Rounds(), time.monotonic() + PATIENCE
        while True:
            self._measure(timed, rounds, count)
            interval = rounds.interval(ALLOWANCE)
            spent = rounds.total >= BUDGET or time.monotonic() >= until
            if spent or not any(interval.contains(tier.at_most) for tier in tiers):
                return rounds, interval

    def _measure(self, timed: TimedRounds, rounds: Rounds, count: int) -> None:
        """So many rounds more; the first of them under pytest-benchmark, which takes one run of rounds and no more."""
        if not rounds.answer:
            self._benchmark.pedantic(
                lambda: timed.answer(rounds),
                setup=lambda: timed.before(rounds),
                teardown=lambda: timed.after(rounds),
                rounds=count,
            )
        else:
            for _ in range(count):
                timed.before(rounds)
                timed.answer(rounds)
                timed.after(rounds)
        timed.verify_last()


def _timing(rounds: Rounds, tiers: tuple[Tier, ...], decided: bool) -> Timing:
    interval = rounds.interval()
    return Timing(
        ratio=rounds.ratio(),
        threshold=tiers[0].at_most,
        rounds=len(rounds.answer),
        answer_median=statistics.median(rounds.answer),
        reference_median=statistics.median(rounds.reference),
        answer_min=min(rounds.answer),
        answer_stddev=statistics.stdev(rounds.answer) if len(rounds.answer) > 1 else 0.0,
        low=interval.low,
        high=interval.high,
        decided=decided,
        lower=tuple((tier.name, tier.at_most) for tier in tiers[1:]),
        answer=tuple(rounds.answer),
        reference=tuple(rounds.reference),
        echo=tuple(rounds.echo),
    )
