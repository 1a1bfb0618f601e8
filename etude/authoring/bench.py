"""Where an audit's gradings are done: one warm host at a time, and a ledger of what is known already."""

from __future__ import annotations

from dataclasses import replace
from types import TracebackType

from etude.authoring import ledger
from etude.authoring.verdict import Verdict
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission


class Bench:
    """One thread's. Keeps the host of the exercise graded last, and ends it when another is needed."""

    def __init__(self, known: ledger.Ledger | None) -> None:
        self._known = known
        self._judge = Judge(own_core=True)
        self._preload: tuple[object, ...] | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """At once, whatever is being graded."""
        self._judge.close(at_once=True)

    def grade(self, exercise: Exercise, name: str, source: str, options: GradeOptions, anew: bool = False) -> Verdict:
        """The verdict on `source`; from the ledger where it is known, unless asked `anew` or timed."""
        options = replace(options, strict=True)
        remembered = None if self._known is None or anew or options.speed else self._known
        key = ledger.key(exercise, source, options) if remembered else ""
        if remembered and (found := remembered.find(key)):
            return found
        place = (exercise.bank, exercise.preload)
        if place != self._preload:
            self._judge.close()
            self._preload = place
        verdict = Verdict.of(self._judge.grade(exercise, Submission(name, source), options))
        if remembered:
            remembered.keep(key, verdict)
        return verdict
