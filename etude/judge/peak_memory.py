"""Memory checks: the most that one call holds at a time, measured from outside the worker.

A fresh worker loads the answer and makes the call; an echo gets the same inputs and hands back outputs of the same
size. The difference of their peaks is what the answer took beside them, wherever and whenever it took it: memory
hoarded while the module was imported counts like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from etude.judge import seeds
from etude.judge.candidate import Candidate
from etude.judge.grading_run import GradingRun
from etude.judge.marker import CheckSpec
from etude.judge.outcomes import CheckFailure
from etude.judge.timed_rounds import Inputs, Verify, arrays, size_of, target
from etude.report import Rationale


class PeakMemory:
    """The `memory` fixture."""

    def __init__(self, run: GradingRun, spec: CheckSpec) -> None:
        self._run, self._spec = run, spec

    def assert_peak(
        self, function: str, inputs: Inputs, *, at_most: int, verify: Verify, help: str | None = None
    ) -> None:
        """A call of the entry point, or of the probe's function, takes at most so many bytes beside inputs and outputs.

        The output is verified. Allow for the tens of MiB that a framework takes when it is first used.
        """
        with self._fresh("answer", self._run.candidate.answer.source) as worker:
            output = worker.call(function, target(function), list(inputs), {}, shared=True)
            given, taken = worker.given(), worker.peak_bytes()
        verify(output, *inputs)
        with self._fresh("echo") as worker:
            worker.echo(list(inputs), [size_of(array) for array in arrays(output)])
            taken -= worker.peak_bytes()
        if taken > at_most:
            problem = f"it held more than {_mebibytes(at_most)} beside its inputs and outputs"
            # How much it was differs from run to run, and so stands in none of what a fault is known by (symptom.py).
            wanted = f"at most {_mebibytes(at_most)}; it held {_mebibytes(taken)}"
            raise CheckFailure(Rationale(problem, given, wanted=wanted), help)

    @contextmanager
    def _fresh(self, label: str, source: str | None = None) -> Iterator[Candidate]:
        worker = self._run.worker(label, source)
        try:
            seed = seeds.worker_seed(self._run.seed, self._run.job.exercise.id, self._spec.name, label)
            worker.begin(seed, self._spec.device)
            worker.give_memory_back()
            yield worker
        finally:
            worker.close()


def _mebibytes(size: int) -> str:
    return f"{max(size, 0) / (1 << 20):.0f} MiB"
