"""What happens while an interview is sat, and the thread that grades."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.practice.desk import Desk
from etude.practice.watch.messages import Key, Saved, Suspended
from etude.report import Report
from etude.submission import Submission


@dataclass(frozen=True)
class Request:
    """An answer to grade; not recorded where it is the stub as it was given."""

    exercise: Exercise
    submission: Submission
    begun: bool = True


@dataclass(frozen=True)
class Left:
    """By a signal, or because the terminal is gone."""


@dataclass(frozen=True)
class Graded:
    request: Request
    report: Report


@dataclass(frozen=True)
class NotGraded:
    request: Request
    fault: str


@dataclass(frozen=True)
class Said:
    """A line that somebody has to be told."""

    line: str


Event = Key | Left | Suspended | Saved | Graded | NotGraded | Said
Hear = Callable[[Event], None]


class Examiner:
    """Grades what it is asked to, one after the other. What it graded is kept before it is told of.

    Use as a context manager; leaving waits for no grading.
    """

    def __init__(self, desk: Desk, options: GradeOptions, hear: Hear) -> None:
        self._desk = desk
        self._options = options
        self._hear = hear
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="examiner", daemon=True)

    def __enter__(self) -> Examiner:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._requests.put(None)
        while self._thread.is_alive():
            self._desk.judge.close(at_once=True)  # again, should it have been starting a host
            self._thread.join(0.1)

    def ask(self, request: Request) -> None:
        self._requests.put(request)

    def _work(self) -> None:
        while (request := self._requests.get()) is not None:
            try:
                report = self._desk.grade(request.exercise, request.submission, self._options)
                if request.begun:
                    self._desk.keep(report, request.submission.source)
            except (EtudeError, JudgeError) as error:
                self._hear(NotGraded(request, str(error)))
            except Exception as error:  # nobody else could tell of it
                self._hear(NotGraded(request, f"{type(error).__name__}: {error}"))
            else:
                self._hear(Graded(request, report))
