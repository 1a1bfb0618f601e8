"""A timed interview: its questions, its clock, and what became of each answer.

Plain values and the transitions between them. No clock is read here: `after` is told how much time has passed, and
only while somebody sits the interview. So leaving stops its clock, and setting the machine's clock does not move it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from etude.exercise import Exercise
from etude.report import Report

FORMAT_VERSION = 1


class Ending(StrEnum):
    BELL = "bell"
    EARLY = "early"


@dataclass(frozen=True)
class Question:
    exercise: str
    title: str
    chapter: str
    level: str
    minutes: int  # how long an interviewer would give
    seconds: float = 0.0  # how long it was on the screen
    gradings: int = 0  # asked for by the candidate
    source: str | None = None  # the last that was graded
    report: Report | None = None  # of `source`
    handed_in: str | None = None  # the file as it stood at the end
    begun: bool = False  # its stub was changed
    fault: str = ""  # why `handed_in` could not be graded: ours

    @classmethod
    def of(cls, exercise: Exercise) -> Question:
        return cls(exercise.id, exercise.title, exercise.chapter, exercise.level.value, exercise.minutes)

    @property
    def score(self) -> int:
        """Of the last grading; what a stub earns as it was given is not the candidate's."""
        return self.report.score if self.report and self.begun else 0

    @property
    def maximum(self) -> int:
        return self.report.maximum if self.report else 0

    @property
    def full_marks(self) -> bool:
        return self.begun and self.report is not None and self.report.full_marks

    @property
    def is_waiting(self) -> bool:
        """Whether it was handed in and is yet to be graded."""
        return self.handed_in is not None and self.handed_in != self.source and not self.fault


@dataclass(frozen=True)
class Interview:
    uid: str
    begun: str  # by the machine's clock; only to be shown
    seed: int
    allowed: float  # seconds
    folder: str
    banks: tuple[str, ...]
    questions: tuple[Question, ...]
    current: int = 0
    used: float = 0.0  # seconds
    ending: Ending | None = None

    @property
    def left(self) -> float:
        return max(self.allowed - self.used, 0.0)

    @property
    def is_over(self) -> bool:
        return self.ending is not None or self.left <= 0

    @property
    def question(self) -> Question:
        """The one on the screen."""
        return self.questions[self.current]

    @property
    def waiting(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_waiting)

    @property
    def score(self) -> int:
        return sum(question.score for question in self.questions)

    @property
    def maximum(self) -> int:
        return sum(question.maximum for question in self.questions)

    def get(self, exercise: str) -> Question:
        return next(question for question in self.questions if question.exercise == exercise)

    def path(self, question: Question) -> Path:
        return Path(self.folder, f"{question.exercise}.py")

    def after(self, seconds: float) -> Interview:
        """Time has passed with the question on the screen; none passes once it is over."""
        if self.is_over:
            return self
        spent = min(max(seconds, 0.0), self.left)
        question = replace(self.question, seconds=self.question.seconds + spent)
        return replace(self._with(question), used=min(self.used + max(seconds, 0.0), self.allowed))

    def turned(self, by: int) -> Interview:
        """On to the next question or back to the previous one, round and round."""
        return replace(self, current=(self.current + by) % len(self.questions))

    def graded(self, exercise: str, source: str, report: Report, begun: bool = True) -> Interview:
        question = self.get(exercise)
        gradings = question.gradings + (self.ending is None)
        return self._with(replace(question, source=source, report=report, begun=begun, gradings=gradings))

    def handed_in(self, ending: Ending, sources: Mapping[str, str]) -> Interview:
        """The end: `sources` are the files as they stand."""
        questions = (replace(each, handed_in=sources.get(each.exercise)) for each in self.questions)
        return replace(self, ending=ending, questions=tuple(questions))

    def not_graded(self, exercise: str, source: str, fault: str) -> Interview:
        """Nothing counts of that grading; where it was the last, its question says why."""
        question = self.get(exercise)
        return self._with(replace(question, fault=fault)) if source == question.handed_in else self

    def _with(self, changed: Question) -> Interview:
        questions = (changed if each.exercise == changed.exercise else each for each in self.questions)
        return replace(self, questions=tuple(questions))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: what is kept while it is open, and recorded when it is over."""
        questions = [
            {**dataclasses.asdict(each), "report": each.report.to_json() if each.report else None}
            for each in self.questions
        ]
        return {"format_version": FORMAT_VERSION, **dataclasses.asdict(self), "questions": questions}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Interview:
        """The inverse of `to_json`; ValueError for a format that this version does not read."""
        if data.get("format_version") != FORMAT_VERSION:
            raise ValueError(f"interview format {data.get('format_version')!r}: this étude reads {FORMAT_VERSION}")
        fields = {key: value for key, value in data.items() if key != "format_version"}
        questions = (
            Question(**{**each, "report": Report.from_json(each["report"]) if each["report"] else None})
            for each in fields["questions"]
        )
        ending = Ending(fields["ending"]) if fields["ending"] else None
        return cls(**{**fields, "banks": tuple(fields["banks"]), "questions": tuple(questions), "ending": ending})
