"""Times runs of calls over inputs that are in the worker already: the way on a GPU, where a transfer would hide a call.

A round puts fresh inputs into each worker, masked, so that nothing can be computed ahead. Then the clock starts: the
key is sent, the worker calls the function on every input and commits itself to each output by its digest, which stops
the clock. Only then does the host pick some of the outputs and fetch them. What it holds must have the digest that was
said, and is verified: an output that is computed late, twice, or not at all costs the check.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from etude.judge.candidate import Candidate
from etude.judge.outcomes import CheckFailure
from etude.judge.ratio import Rounds
from etude.judge.timed_rounds import Inputs, TimedRounds, byte_count, target, timed
from etude.report import Rationale
from etude.sandbox.digest import digest
from etude.sandbox.staging import masked

CALLS = 16  # of a round, each on an input of its own
PICKS = 4  # outputs that are fetched after it
_SECRET = random.SystemRandom()


class TimedBatches(TimedRounds):
    calls = CALLS
    most_rounds = 10  # to put inputs into three workers takes far longer than a run
    _inputs: Sequence[Inputs] = ()
    _pending: tuple[_Run, Sequence[Inputs]] | None = None  # a run that is still to be verified, and its inputs

    @property
    def inputs(self) -> Inputs:
        return self._inputs[0]

    def warm_up(self) -> Rounds:
        """The echo is to hand back outputs like the reference's."""
        self._draw()
        first = self._staged(self._reference)
        first.go(self._function)
        output = first.fetch(0)
        self._echo.keep_template(output)
        self.bytes = byte_count(self.inputs) + byte_count(output)
        own = self._staged(self._answer)
        own.go(self._function)
        self._check(own, self._inputs)
        rounds = Rounds()
        self.before(rounds)
        self.answer(rounds)
        self.after(rounds)
        self.verify_last()
        return rounds

    def verify_last(self) -> None:
        if self._pending is not None:
            (run, inputs), self._pending = self._pending, None
            self._check(run, inputs)

    def _draw(self) -> None:
        self._inputs = [self._make_inputs() for _ in range(CALLS)]

    def _prepare_answer(self) -> None:
        self._own = self._staged(self._answer)

    def _echo_seconds(self) -> float:
        run = self._staged(self._echo)
        return timed(lambda: run.go(None))

    def _reference_seconds(self) -> float:
        run = self._staged(self._reference)
        return timed(lambda: run.go(self._function))

    def _answer_seconds(self) -> float:
        seconds = timed(lambda: self._own.go(self._function))
        self._pending = self._own, self._inputs
        return seconds

    def _staged(self, worker: Candidate) -> _Run:
        return _Run(worker, self._inputs)

    def _check(self, run: _Run, inputs: Sequence[Inputs]) -> None:
        for pick in _SECRET.sample(range(CALLS), PICKS):
            value = run.fetch(pick)
            if digest(value) != run.digests[pick]:
                problem = "an output was not what it is now when your function had returned it"
                advice = "Return a new, finished array from every call: no buffer that the next call overwrites."
                raise CheckFailure(Rationale(problem, self._answer.given()), advice)
            self._verify(value, *inputs[pick])


class _Run:
    """One run of calls in one worker, from its inputs to the outputs that were picked."""

    def __init__(self, worker: Candidate, inputs: Sequence[Inputs]) -> None:
        self._worker, self._inputs = worker, inputs
        self._key = _SECRET.getrandbits(64)
        for number, each in enumerate(inputs):
            worker.stage([masked(item, self._key) for item in each], first=number == 0)

    def go(self, function: str | None) -> None:
        """The timed part."""
        called = target(function) if function else None
        self.digests = self._worker.run_staged(function, called, self._key, self._inputs)

    def fetch(self, pick: int) -> Any:
        """One output of the run, until the next."""
        return self._worker.fetch([pick])[0]
