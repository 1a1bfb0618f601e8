"""Times single calls, with the transfer of their inputs and outputs inside the interval: the way on the CPU.

A round times three workers on inputs of their own sizes: the answer, the reference, and an echo that does nothing but
the transfer. The clock runs from before the first input byte is written to after the output lies in the host's own
memory, so that nothing in the worker can stop it early; every output is verified from that copy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from etude.judge import seeds
from etude.judge.candidate import Candidate
from etude.judge.grading_run import GradingRun
from etude.judge.ratio import Rounds
from etude.sandbox.wire import TensorValue

Inputs = tuple[Any, ...]
Verify = Callable[..., None]


class TimedCalls:
    calls = 1  # of a round
    most_rounds = 40  # at a time

    def __init__(
        self, run: GradingRun, check: str, function: str, make_inputs: Callable[[], Inputs], verify: Verify
    ) -> None:
        self._answer = run.candidate
        self._reference, self._echo = helpers(run, check)
        self._function, self._make_inputs, self._verify = function, make_inputs, verify
        self.inputs: Inputs = ()
        self.bytes = 0  # of a call's inputs and outputs
        self._outputs: list[tuple[Any, Inputs]] = []
        self._reference_first = True

    def warm_up(self) -> Rounds:
        """One round after a first, verified call of each."""
        inputs = self.inputs = self._make_inputs()
        wanted = _call(self._reference, self._function, inputs)
        self._results = [size_of(array) for array in arrays(wanted)]
        self.bytes = byte_count(inputs) + byte_count(wanted)
        self._verify(_call(self._answer, self._function, inputs), *inputs)
        return Rounds(
            reference=[timed(lambda: _call(self._reference, self._function, inputs))],
            echo=[timed(lambda: self._echo.echo(list(inputs), self._results))],
            answer=[timed(lambda: _call(self._answer, self._function, inputs))],
        )

    def before(self, rounds: Rounds) -> None:
        """Fresh inputs, the echo, and in every other round the reference: which of the two comes first alternates."""
        self.verify_last()
        self.inputs = self._make_inputs()
        with self._answer.paused():  # or its threads could slow down what it is measured against
            self._echoed()  # warms the caches: whoever comes first would seem slower
            rounds.echo.append(self._echoed())
        if self._reference_first:
            self._refer(rounds)
        self._echoed()

    def answer(self, rounds: Rounds) -> None:
        inputs = self.inputs
        rounds.answer.append(timed(lambda: self._outputs.append((_call(self._answer, self._function, inputs), inputs))))

    def after(self, rounds: Rounds) -> None:
        """The reference in the other rounds."""
        if not self._reference_first:
            self._refer(rounds)
        self._reference_first = not self._reference_first

    def _refer(self, rounds: Rounds) -> None:
        with self._answer.paused():
            self._echoed()
            rounds.reference.append(timed(lambda: _call(self._reference, self._function, self.inputs)))

    def _echoed(self) -> float:
        return timed(lambda: self._echo.echo(list(self.inputs), self._results))

    def verify_last(self) -> None:
        if self._outputs:
            value, inputs = self._outputs.pop()
            self._verify(value, *inputs)


def helpers(run: GradingRun, check: str) -> tuple[Candidate, Candidate]:
    """The reference's worker and the echo's, seeded for this check."""
    found = run.helper("reference", run.job.exercise.solution_path.read_text("utf-8")), run.helper("echo")
    for label, helper in zip(("reference", "echo"), found, strict=True):
        helper.begin(seeds.worker_seed(run.seed, run.job.exercise.id, check, label), run.candidate.device)
    return found


def target(function: str) -> list[Any]:
    """`softmax` is the submission's, `probe.run` the probe's."""
    owner, _, name = function.rpartition(".")
    return [owner or "submission", name]


def _call(candidate: Candidate, function: str, inputs: Inputs) -> Any:
    return candidate.call(function, target(function), list(inputs), {}, shared=True)


def timed(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def arrays(value: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays in a value of the reference's, which the echo is to send back the size of."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, TensorValue):
        yield value.array
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from arrays(item)
    elif isinstance(value, dict):
        yield from arrays(list(value.values()))


def byte_count(value: Any) -> int:
    """Of the arrays and tensors in inputs or outputs, as they lie in memory."""
    if isinstance(value, (list, tuple)):
        return sum(byte_count(item) for item in value)
    if isinstance(value, TensorValue):
        return value.array.nbytes // (2 if value.dtype == "bfloat16" else 1)  # widened on its way
    return int(getattr(value, "nbytes", 0))


def size_of(array: np.ndarray[Any, Any]) -> tuple[list[int], str]:
    return list(array.shape), str(array.dtype)
