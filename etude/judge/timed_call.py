"""Times single calls, with the transfer of their inputs and outputs inside the interval: the way on the CPU.

A round times three workers on inputs of their own sizes: the answer, the reference, and an echo that does nothing but
the transfer. The clock runs from before the first input byte is written to after the output lies in the host's own
memory, so that nothing in the worker can stop it early; every output is verified from that copy.
"""

from __future__ import annotations

from typing import Any

from etude.judge.candidate import Candidate
from etude.judge.ratio import Rounds
from etude.judge.timed_rounds import Inputs, TimedRounds, arrays, byte_count, size_of, target, timed


class TimedCalls(TimedRounds):
    calls = 1
    most_rounds = 40
    inputs: Inputs = ()
    _pending: tuple[Any, Inputs] | None = None  # an output that is still to be verified, and its inputs

    def warm_up(self) -> Rounds:
        self._draw()
        wanted = _call(self._reference, self._function, self.inputs)
        self._results = [size_of(array) for array in arrays(wanted)]
        self.bytes = byte_count(self.inputs) + byte_count(wanted)
        self._verify(_call(self._answer, self._function, self.inputs), *self.inputs)
        reference = timed(lambda: _call(self._reference, self._function, self.inputs))
        echo = self._echo_seconds()
        return Rounds(reference=[reference], echo=[echo], answer=[self._answer_seconds()])

    def verify_last(self) -> None:
        if self._pending is not None:
            (value, inputs), self._pending = self._pending, None
            self._verify(value, *inputs)

    def _draw(self) -> None:
        self.inputs = self._make_inputs()

    def _prepare_answer(self) -> None:
        self._echo_seconds()

    def _echo_seconds(self) -> float:
        return timed(lambda: self._echo.echo(list(self.inputs), self._results))

    def _reference_seconds(self) -> float:
        self._echo_seconds()
        return timed(lambda: _call(self._reference, self._function, self.inputs))

    def _answer_seconds(self) -> float:
        def keep() -> None:
            self._pending = _call(self._answer, self._function, self.inputs), self.inputs

        return timed(keep)


def _call(candidate: Candidate, function: str, inputs: Inputs) -> Any:
    return candidate.call(function, target(function), list(inputs), {}, shared=True)
