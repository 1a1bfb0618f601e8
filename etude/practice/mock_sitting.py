"""One sitting of an interview: from the moment it is on the screen until it is left or over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from typing import Protocol

from etude.exercise import Exercise
from etude.metadata import read_text
from etude.practice.mock import Ending, Interview, Question
from etude.practice.mock_examiner import Event, Graded, Left, NotGraded, Request, Said
from etude.practice.watch.files import read_answer
from etude.practice.watch.messages import Answer, Key, Saved, Suspended
from etude.report import Report
from etude.submission import Submission

SAVE_SECONDS = 2.0


class Screen(Protocol):
    def question(self, interview: Interview, exercise: Exercise) -> None: ...

    def report(self, report: Report) -> None: ...

    def say(self, line: str) -> None: ...

    def ring(self) -> None:
        """The time is up."""

    def suspend(self) -> None:
        """To the shell, and back; the clock goes on."""

    def status(self, interview: Interview, grading: str, sure: bool) -> None:
        """`grading` is the exercise that is being graded; `sure` asks whether to finish."""


class Sitting:
    """Hears of events, and passes them on to the interview, the examiner and the screen."""

    def __init__(
        self,
        interview: Interview,
        exercises: Mapping[str, Exercise],
        events: SimpleQueue[Event],
        ask: Callable[[Request], None],
        save: Callable[[Interview], None],
        screen: Screen,
        clock: Callable[[], float] = time.monotonic,  # not the machine's time of day, which may be set
    ) -> None:
        self.interview = interview
        self._exercises = exercises
        self._events = events
        self._ask = ask
        self._save = save
        self._screen = screen
        self._clock = clock
        self._last = clock()
        self._grading: Request | None = None
        self._asked: dict[str, Request] = {}  # waiting for their turn, the newest of each exercise
        self._leaving = False
        self._sure = False  # f was pressed, and is to be pressed again

    def run(self) -> Interview:
        """The interview as it is when it is left, or when it is over and all of it is graded."""
        saved = self._last
        try:
            if self.interview.ending is None:
                self._show_question()
            while not self._leaving and not self._is_done():
                self._grade_next()
                event = self._next_event()
                self._tick()
                if self.interview.is_over and self.interview.ending is None:
                    self._screen.ring()
                    self._hand_in(Ending.BELL)
                if event is not None:
                    self._handle(event)
                if event is not None or self._last - saved >= SAVE_SECONDS:
                    saved = self._last
                    self._save(self.interview)
        finally:
            self._tick()
            self._save(self.interview)
        return self.interview

    def _is_done(self) -> bool:
        return self.interview.ending is not None and self._grading is None and not self.interview.waiting

    def _next_event(self) -> Event | None:
        """None when the clock on the screen has to move."""
        self._screen.status(self.interview, self._grading.exercise.id if self._grading else "", self._sure)
        try:
            return self._events.get(timeout=self.interview.left % 1.0 or 1.0)
        except Empty:
            return None

    def _tick(self) -> None:
        now = self._clock()
        self.interview = self.interview.after(now - self._last)
        self._last = now

    def _handle(self, event: Event) -> None:
        match event:
            case Key(name):
                self._press(name)
            case Left():
                self._leaving = True
            case Suspended():
                self._screen.suspend()
            case Saved(exercise, path, answer) if self.interview.ending is None and path.suffix == ".py":
                self._grade_if_changed(self.interview.get(exercise), answer)
            case Graded(request, report):
                self._grading = None
                exercise, source = request.exercise.id, request.submission.source
                self.interview = self.interview.graded(exercise, source, report, request.begun)
                if self.interview.ending is None:
                    self._screen.report(report.for_exam())
            case NotGraded(request, fault):
                self._grading = None
                self.interview = self.interview.not_graded(request.exercise.id, request.submission.source, fault)
                self._screen.say(f"{request.exercise.id} could not be graded: {fault}")
            case Said(line):
                self._screen.say(line)

    def _press(self, key: str) -> None:
        sure, self._sure = self._sure, False
        if key == "q":
            self._leaving = True
        elif self.interview.ending is not None:
            return
        elif key == "f" and sure:
            self._hand_in(Ending.EARLY)
        elif key == "f":
            self._sure = True
        elif key == "g":
            self._grade(self.interview.question, read_answer(self.interview.path(self.interview.question)))
        elif key in ("n", "right", "p", "left"):
            self.interview = self.interview.turned(1 if key in ("n", "right") else -1)
            self._show_question()
        elif key == "w":
            self._show_question()
        elif key == "h":
            self._screen.say("No hints until the bell.")

    def _show_question(self) -> None:
        self._screen.question(self.interview, self._exercises[self.interview.question.exercise])

    def _grade_if_changed(self, question: Question, answer: Answer) -> None:
        source = "" if isinstance(answer, str) else answer.source
        if source not in (question.source, self._stub(question.exercise)):
            self._grade(question, answer)

    def _grade(self, question: Question, answer: Answer) -> None:
        if isinstance(answer, str):
            self._screen.say(answer)
        elif answer.source == self._stub(question.exercise):
            self._screen.say(f"{question.exercise}.py is still the stub: write an answer in it, and save it")
        else:
            self._asked[question.exercise] = Request(self._exercises[question.exercise], answer)

    def _hand_in(self, ending: Ending) -> None:
        """What counts is what was asked for in time, or else the files as they are now."""
        self._asked.clear()
        sources: dict[str, str] = {}
        for question in self.interview.questions:
            answer = read_answer(self.interview.path(question))
            if not isinstance(answer, str):
                sources[question.exercise] = answer.source
            elif question.source is None:  # no file, and none was graded before
                sources[question.exercise] = self._stub(question.exercise)
        self.interview = self.interview.handed_in(ending, sources)
        self._save(self.interview)

    def _grade_next(self) -> None:
        if self._grading is not None:
            return
        if self._asked:
            self._grading = self._asked.pop(next(iter(self._asked)))
        elif self.interview.ending is not None and self.interview.waiting:
            self._grading = self._handed_in(self.interview.waiting[0])
        if self._grading is not None:
            self._ask(self._grading)

    def _handed_in(self, question: Question) -> Request:
        exercise = self._exercises[question.exercise]
        path = self.interview.path(question)
        source = question.handed_in or ""
        return Request(exercise, Submission(str(path), source, path), source != self._stub(exercise.id))

    def _stub(self, exercise: str) -> str:
        return read_text(self._exercises[exercise].stub_path)
