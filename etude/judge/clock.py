"""Speed checks: the answer's time against the reference's, by the host's clock.

A round times three workers on inputs of their own sizes: the answer, the reference, and an echo that does nothing but
the transfer. The clock runs from before the first input byte is written to after the output lies in the host's own
memory, so that nothing in the worker can stop it early; every output is verified from that copy.
"""

from __future__ import annotations

import fcntl
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from etude.exercise import Tier
from etude.judge import seeds
from etude.judge.candidate import Candidate
from etude.judge.grading_run import GradingRun
from etude.judge.outcomes import CheckFailure
from etude.judge.ratio import Interval, Rounds
from etude.report import Rationale, Timing
from etude.sandbox.wire import TensorValue

ALLOWANCE = 1e-3  # seconds a call that an answer may take beyond the threshold
BATCH_SECONDS = 1.5  # that a batch of rounds aims at
MIN_ROUNDS, MAX_ROUNDS = 7, 40  # of a batch
BUDGET = 6.0  # seconds: batches follow each other while the interval holds the threshold, until these are spent
# So slow after a warm-up that there is nothing to measure: beyond this many seconds and times the threshold.
HOPELESS_SECONDS, HOPELESS_RATIO = 0.25, 10
LOCK_SECONDS = 300.0

Inputs = tuple[Any, ...]
Verify = Callable[..., None]


class Clock:
    """The `clock` fixture."""

    def __init__(self, run: GradingRun, benchmark: Any, check: str) -> None:
        self._run, self._benchmark, self._check = run, benchmark, check

    def assert_ratio(
        self, function: str, make_inputs: Callable[[], Inputs], *, verify: Verify, help: str | None = None
    ) -> None:
        """The entry point, or the probe's function (`probe.name`), is within the exercise's tiers for this device.

        A tier is so many times the reference's time, and an allowance of 1 ms a call; it earns a share of the points.
        make_inputs: draws fresh arguments for one call. verify: called with (output, *inputs) for every output.
        While the ratio's confidence interval holds a tier's limit there are more rounds, up to a budget; what is then
        still too close to call is decided in the answer's favour.
        """
        tiers = self._run.job.exercise.tiers(self._run.job.options.device)
        if not tiers:
            raise ValueError(f"exercise.toml has no [speed.{self._run.job.options.device}] with full = …")
        with _machine_lock():
            rounds, interval = self._measured(function, make_inputs, verify, tiers)
        earned = next((tier for tier in tiers if interval.low <= tier.at_most), None)
        decided = not any(interval.contains(tier.at_most) for tier in tiers)
        self._run.timing = _timing(rounds, tiers[0].at_most, decided)
        self._benchmark.extra_info.update(ratio=rounds.ratio(), threshold=tiers[0].at_most)
        if earned is None:
            problem = f"{rounds.ratio():.2f} times the reference's time, {tiers[-1].at_most:g} are allowed"
            raise CheckFailure(Rationale(problem, self._run.candidate.given()), help)
        self._run.share = earned.share

    def _measured(
        self, function: str, make_inputs: Callable[[], Inputs], verify: Verify, tiers: tuple[Tier, ...]
    ) -> tuple[Rounds, Interval]:
        """Rounds enough to tell the tiers apart, and where the ratio lies by them."""
        warm = self._prepare(function, make_inputs, verify)
        if warm.answer[0] > HOPELESS_SECONDS + HOPELESS_RATIO * tiers[-1].at_most * warm.reference[0]:
            return warm, warm.interval(ALLOWANCE)
        rounds = Rounds()
        while True:
            self._measure(rounds, function, make_inputs, verify)
            interval = rounds.interval(ALLOWANCE)
            if rounds.total >= BUDGET or not any(interval.contains(tier.at_most) for tier in tiers):
                return rounds, interval

    def _prepare(self, function: str, make_inputs: Callable[[], Inputs], verify: Verify) -> Rounds:
        """Start the helpers, warm all three up, and choose the number of rounds from the one that this returns."""
        job = self._run.job
        self._reference = self._run.helper("reference", job.exercise.solution_path.read_text("utf-8"))
        self._echo = self._run.helper("echo")
        for label, helper in (("reference", self._reference), ("echo", self._echo)):
            helper.begin(seeds.worker_seed(self._run.seed, job.exercise.id, self._check, label))
        inputs = make_inputs()
        wanted = _call(self._reference, function, inputs)
        self._results = [_size(array) for array in _arrays(wanted)]
        verify(_call(self._run.candidate, function, inputs), *inputs)
        warm = Rounds(
            reference=[_timed(lambda: _call(self._reference, function, inputs))],
            echo=[_timed(lambda: self._echo.echo(list(inputs), self._results))],
            answer=[_timed(lambda: _call(self._run.candidate, function, inputs))],
        )
        self._rounds = int(min(max(BATCH_SECONDS / warm.total, MIN_ROUNDS), MAX_ROUNDS))
        return warm

    def _measure(self, rounds: Rounds, function: str, make_inputs: Callable[[], Inputs], verify: Verify) -> None:
        """A batch of rounds more."""
        first = not rounds.answer
        outputs: list[tuple[Any, Inputs]] = []

        def setup() -> tuple[Inputs, dict[str, Any]]:
            if outputs:
                value, inputs = outputs.pop()
                verify(value, *inputs)
            inputs = make_inputs()
            with self._run.candidate.paused():  # or its threads could slow down what it is measured against
                for times in ([], rounds.echo):  # the first warms the caches: whoever comes first would seem slower
                    times.append(_timed(lambda: self._echo.echo(list(inputs), self._results)))
                rounds.reference.append(_timed(lambda: _call(self._reference, function, inputs)))
            return inputs, {}

        def answer(*inputs: Any) -> None:
            rounds.answer.append(_timed(lambda: outputs.append((_call(self._run.candidate, function, inputs), inputs))))

        if first:
            self._benchmark.pedantic(answer, setup=setup, rounds=self._rounds, iterations=1)
        else:
            for _ in range(self._rounds):
                answer(*setup()[0])
        value, inputs = outputs.pop()
        verify(value, *inputs)


def _call(candidate: Candidate, function: str, inputs: Inputs) -> Any:
    owner, _, name = function.rpartition(".")
    return candidate.call(function, [owner or "submission", name], list(inputs), {}, shared=True)


def _timed(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays in a value of the reference's, which the echo is to send back the size of."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, TensorValue):
        yield value.array
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _arrays(item)
    elif isinstance(value, dict):
        yield from _arrays(list(value.values()))


def _size(array: np.ndarray[Any, Any]) -> tuple[list[int], str]:
    return list(array.shape), str(array.dtype)


def _timing(rounds: Rounds, threshold: float, decided: bool) -> Timing:
    interval = rounds.interval()
    return Timing(
        ratio=rounds.ratio(),
        threshold=threshold,
        rounds=len(rounds.answer),
        answer_median=statistics.median(rounds.answer),
        reference_median=statistics.median(rounds.reference),
        answer_min=min(rounds.answer),
        answer_stddev=statistics.stdev(rounds.answer) if len(rounds.answer) > 1 else 0.0,
        low=interval.low,
        high=interval.high,
        decided=decided,
    )


@contextmanager
def _machine_lock() -> Iterator[None]:
    """One speed check at a time on this machine, so that parallel hosts do not time each other."""
    path = os.path.join(os.environ["ETUDE_LOCKS"], "etude-speed.lock")
    try:
        descriptor = os.open(path, os.O_RDONLY)  # another user's file may be opened, and not created anew
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o444)
    try:
        _wait_for(descriptor, LOCK_SECONDS)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, seconds: float) -> None:
    """Take the lock, or go on without it: whoever holds it for so long is no speed check."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(0.05)
