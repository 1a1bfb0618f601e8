"""The loop of a session: takes messages one by one, and does what the state asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue

from etude.attempts import Attempts
from etude.database import AttemptsError, Database, default_path
from etude.errors import EtudeError
from etude.events import EventKind, Events
from etude.exercise import Exercise
from etude.metadata import read_text
from etude.notebook import notebook_source
from etude.practice.hints import seen_hints
from etude.practice.mock_store import in_interview
from etude.practice.solution import note_solution_seen
from etude.practice.stub import write_stub
from etude.practice.stub_notebook import stub_notebook
from etude.practice.watch.files import SUFFIXES, SaveWatcher, read_answer, stamps
from etude.practice.watch.grader import Grader, Task
from etude.practice.watch.messages import (
    Effect,
    Grade,
    Message,
    NoteHint,
    Open,
    Opened,
    Quit,
    Sheet,
    ShowSolution,
    SolutionShown,
    Suspend,
    WarmUp,
    Warned,
)
from etude.practice.watch.state import WatchState
from etude.practice.watch.step import step

GRACE_SECONDS = 0.1  # a verdict that comes within it needs no "grading…" before it
Draw = Callable[[WatchState], int]  # how far the page that it shows can be scrolled


class WatchSession:
    """A session in `folder`; with `roam`, it is about the exercises whose files are there: next, previous and the list
    stay among them, and a save of another exercise's file goes over to that one, which thereby joins them."""

    def __init__(
        self, exercises: Sequence[Exercise], folder: Path, roam: bool = False, allow_unisolated: bool = False
    ) -> None:
        self.inbox: SimpleQueue[Message] = SimpleQueue()  # may be put to from a signal handler
        self._exercises, self._folder, self._roam = tuple(exercises), folder, roam
        self._database = Database(default_path(), lambda line: self.inbox.put(Warned(line)))
        self._watcher = SaveWatcher(folder, self.inbox.put)
        self._grader = Grader(self.inbox.put, allow_unisolated)

    def run(self, first: Exercise, draw: Draw, suspend: Callable[[], None]) -> int:
        """The exit status, once the learner has had enough."""
        opened = self._open(first)
        state, effects = step(WatchState(self._exercises, opened.sheet, self._among()), opened)
        with self._grader, self._watcher:
            while True:
                for effect in effects:
                    if isinstance(effect, Quit):
                        return effect.status
                    if isinstance(effect, Suspend):
                        suspend()
                    else:
                        self._do(effect)
                message = self._at_once(GRACE_SECONDS if any(isinstance(effect, Grade) for effect in effects) else 0)
                if message is None:
                    state = replace(state, scroll=min(state.scroll, draw(state)))
                    message = self.inbox.get()
                state, effects = step(state, message)

    def _among(self) -> frozenset[str] | None:
        if not self._roam:
            return None
        return frozenset(path.stem for path in stamps(self._folder, {each.id for each in self._exercises}))

    def _at_once(self, seconds: float) -> Message | None:
        """The next message, where it comes within so many seconds; there is no need to draw before."""
        try:
            return self.inbox.get(timeout=seconds)
        except Empty:
            return None

    def _do(self, effect: Effect) -> None:
        try:
            match effect:
                case Open(exercise):
                    self.inbox.put(self._open(exercise))
                case Grade(exercise, submission):
                    self._grader.submit(Task(exercise, submission))
                case WarmUp(exercise, stub):
                    self._grader.submit(Task(exercise, stub, rehearsal=True))
                case NoteHint(exercise, number):
                    Events(self._database).add(EventKind.HINT, exercise.id, number=number)
                case ShowSolution(exercise):
                    self.inbox.put(SolutionShown(read_text(exercise.solution_path)))
                    note_solution_seen(self._database, exercise.id)
        except AttemptsError as error:
            self.inbox.put(Warned(f"this was not noted: {error}"))
        except EtudeError as error:
            self.inbox.put(Warned(str(error)))

    def _open(self, exercise: Exercise) -> Opened:
        """Its file, written as a stub where there is none, and what is known of the learner's work on it."""
        path = answer_path(self._folder, exercise.id)
        if path is None:
            path = self._folder / f"{exercise.id}.py"
            write_stub(exercise, path)
            self._note_start(exercise)
        sheet = self._with_history(Sheet(exercise, path, read_text(exercise.prompt_path), _stub(exercise, path)))
        self._watcher.want({each.id for each in self._exercises} if self._roam else {exercise.id})
        return Opened(sheet, read_answer(path))

    def _note_start(self, exercise: Exercise) -> None:
        try:
            Events(self._database).add(EventKind.START, exercise.id)
        except AttemptsError as error:
            self.inbox.put(Warned(f"this was not noted: {error}"))

    def _with_history(self, sheet: Sheet) -> Sheet:
        attempts, about = Attempts(self._database), sheet.exercise.id
        try:
            events = Events(self._database).of(subject=about)
            scores, best = attempts.scores(about), attempts.best()
        except AttemptsError as error:
            self.inbox.put(Warned(f"what you did before is not known: {error}"))
            return sheet
        starts = [event.at for event in events if event.kind is EventKind.START]
        begun = max(starts, default=datetime.min.replace(tzinfo=UTC))
        scores = [score for score in scores if score.at >= begun]
        gave_up = any(event.kind is EventKind.SOLUTION and event.at >= begun for event in events)
        return replace(
            sheet,
            hints_seen=len(seen_hints(sheet.exercise, events)),
            attempted=bool(scores),
            solution_is_free=gave_up or any(score.full_marks for score in scores),
            exam=in_interview(about),
            best=best,
        )


def _stub(exercise: Exercise, path: Path) -> str:
    """What the file holds before anything is written in it."""
    if path.suffix == ".ipynb":
        with suppress(EtudeError):  # no notebooks here
            return notebook_source(path.name, stub_notebook(exercise))
    return read_text(exercise.stub_path)


def answer_path(folder: Path, exercise: str) -> Path | None:
    """The learner's file, the newest where there is a notebook as well; None where there is neither."""
    found = stamps(folder, [exercise])
    return max(found, key=lambda path: (found[path], path.suffix == SUFFIXES[0]), default=None)


def newest_exercise(folder: Path, exercises: Sequence[Exercise]) -> Exercise | None:
    """The one whose file in `folder` was saved last."""
    found = stamps(folder, {exercise.id for exercise in exercises})
    newest = max(found, key=lambda path: found[path], default=None)
    return next((exercise for exercise in exercises if newest is not None and exercise.id == newest.stem), None)
