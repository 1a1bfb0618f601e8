"""What both ways of timing share: rounds of an echo, the reference and the answer, each in a worker of its own.

While one of them is timed the answer's worker stands still unless it is its turn. Answer and reference take turns at
coming first, each right after an echo: whoever comes first would seem slower.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from etude.judge import seeds
from etude.judge.candidate import Candidate
from etude.judge.grading_run import GradingRun
from etude.judge.ratio import Rounds
from etude.sandbox.wire import TensorValue

Inputs = tuple[Any, ...]
Verify = Callable[..., None]


class TimedRounds(ABC):
    """`make_inputs` draws those of one call; `verify` gets an output and the inputs that it belongs to."""

    calls: ClassVar[int]  # of a round
    most_rounds: ClassVar[int]  # at a time

    def __init__(
        self, run: GradingRun, check: str, function: str, make_inputs: Callable[[], Inputs], verify: Verify
    ) -> None:
        self._answer = run.candidate
        self._reference, self._echo = _helpers(run, check)
        self._function, self._make_inputs, self._verify = function, make_inputs, verify
        self.bytes = 0  # of a call's inputs and outputs
        self._reference_first = True

    def before(self, rounds: Rounds) -> None:
        """Fresh inputs, the echo, and in every other round the reference."""
        self.verify_last()
        self._draw()
        with self._answer.paused():  # or its threads could slow down what it is measured against
            self._echo_seconds()  # warms the caches
            rounds.echo.append(self._echo_seconds())
        if self._reference_first:
            self._refer(rounds)
        self._prepare_answer()

    def answer(self, rounds: Rounds) -> None:
        rounds.answer.append(self._answer_seconds())

    def after(self, rounds: Rounds) -> None:
        """The reference in the other rounds."""
        if not self._reference_first:
            self._refer(rounds)
        self._reference_first = not self._reference_first

    def _refer(self, rounds: Rounds) -> None:
        with self._answer.paused():
            rounds.reference.append(self._reference_seconds())

    @property
    @abstractmethod
    def inputs(self) -> Inputs:
        """Of one call of the last round."""

    @abstractmethod
    def warm_up(self) -> Rounds:
        """One round after a first, verified call of each."""

    @abstractmethod
    def verify_last(self) -> None:
        """Verify what the last round has left, if it has not been."""

    @abstractmethod
    def _draw(self) -> None: ...

    @abstractmethod
    def _prepare_answer(self) -> None:
        """Right before it is timed."""

    @abstractmethod
    def _echo_seconds(self) -> float: ...

    @abstractmethod
    def _reference_seconds(self) -> float: ...

    @abstractmethod
    def _answer_seconds(self) -> float: ...


def _helpers(run: GradingRun, check: str) -> tuple[Candidate, Candidate]:
    """The reference's worker and the echo's, seeded for this check."""
    found = run.helper("reference", run.job.exercise.solution_path.read_text("utf-8")), run.helper("echo")
    for label, helper in zip(("reference", "echo"), found, strict=True):
        helper.begin(seeds.worker_seed(run.seed, run.job.exercise.id, check, label), run.candidate.device)
    return found


def target(function: str) -> list[Any]:
    """`softmax` is the submission's, `probe.run` the probe's."""
    owner, _, name = function.rpartition(".")
    return [owner or "submission", name]


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
