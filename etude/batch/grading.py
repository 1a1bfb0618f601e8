"""Grades a class's answers in parallel: a warm host for each worker, each answer in a process of its own.

What is graded already, of the same answer by the same grader, is left alone; so a batch that was stopped at any moment
goes on where it was.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from etude.batch.entries import Entry
from etude.batch.preloads import preloads
from etude.batch.store import Result, Store, fingerprint
from etude.diagnosis import diagnosed
from etude.errors import JudgeError, SubmissionError
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.judge.launchers import Launchers
from etude.report import Report
from etude.submission import Submission


@dataclass(frozen=True)
class Task:
    """An answer that is still to be graded."""

    entry: Entry
    exercise: Exercise  # the entry's, with what its submissions import preloaded
    submission: Submission  # by its file's own name, which its student may see
    graded_as: str

    @property
    def key(self) -> tuple[str, str]:
        return self.entry.student, self.exercise.id

    def result(self, report: Report) -> Result:
        entry, submission = self.entry, self.submission
        about = entry.student, entry.exercise.id, entry.path.name, submission.sha256, self.graded_as
        return Result(*about, report, source=submission.source)


@dataclass(frozen=True)
class Failure:
    """A fault of ours: nothing is kept, and the next run tries again."""

    entry: Entry
    problem: str

    @property
    def key(self) -> tuple[str, str]:
        return self.entry.student, self.entry.exercise.id


Outcome = Result | Failure


@dataclass(frozen=True)
class Plan:
    """What there is to do, and what there is not."""

    tasks: tuple[Task, ...]
    known: int  # answers that are graded already


def handed_in_file(entry: Entry) -> Submission:
    """The answer is the whole file."""
    return Submission.read(entry.path)


def plan(
    entries: Sequence[Entry],
    store: Store,
    options: GradeOptions,
    read: Callable[[Entry], Submission] = handed_in_file,
) -> Plan:
    """Read every answer. One that is none is refused at once; its refusal is kept like a report."""
    tasks: list[Task] = []
    known = 0
    for exercise, group in groupby(sorted(entries, key=_place), key=lambda entry: entry.exercise):
        own: list[Task] = []
        graded_as = fingerprint(exercise, options)
        for entry in group:
            try:
                submission = read(entry)
            except SubmissionError as error:
                name, student = entry.path.name, entry.student
                why = f"{name}: {error.problem}: {error.fix}"
                store.keep(Result(student, exercise.id, name, "", graded_as, None, refused=why))
                continue
            before = store.find(entry.student, exercise.id)
            same = before and (before.source_sha256, before.graded_as) == (submission.sha256, graded_as)
            if same and before and before.report and before.report.seed == store.seed:
                known += 1
            else:
                own.append(Task(entry, exercise, replace(submission, name=entry.path.name), graded_as))
        modules = preloads(exercise, [task.submission.source for task in own]) if own else ()
        tasks += [replace(task, exercise=replace(task.exercise, preload=modules)) for task in own]
    return Plan(tuple(tasks), known)


def _place(entry: Entry) -> tuple[tuple[str, ...], str, str]:
    """Answers that can share a host stand together."""
    return entry.exercise.preload, entry.exercise.id, entry.student


def run(
    tasks: Sequence[Task],
    store: Store,
    options: GradeOptions,
    workers: int,
    private: Sequence[Path] = (),
    launchers: Launchers | None = None,
) -> Generator[Outcome]:
    """Every outcome as it comes; each is kept before it is told, while its host goes on with the next one. Closing the
    generator ends all hosts at once.

    No answer can read the store, nor what lies in `private`.
    """
    waiting: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
    for task in (*tasks, *[None] * workers):
        waiting.put(task)
    done: queue.SimpleQueue[Outcome | BaseException | None] = queue.SimpleQueue()
    asked, hidden = replace(options, seed=store.seed), [store.out, *private]
    shared = launchers or Launchers()
    seats = [Seat(asked, hidden, shared) for _ in range(min(workers, max(len(tasks), 1)))]
    threads = [threading.Thread(target=seat.work, args=(waiting, done), daemon=True) for seat in seats]
    for thread in threads:
        thread.start()
    try:
        left = len(threads)
        while left:
            outcome = done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome is None:
                left -= 1
            else:
                _keep(outcome, store)
                yield outcome
    finally:
        for seat in seats:
            seat.leave()
        for thread in threads:
            thread.join()
        while not done.empty():
            _keep(done.get(), store)


def _keep(outcome: object, store: Store) -> None:
    if isinstance(outcome, Result):
        store.keep(outcome)


class Seat:
    """One worker's: keeps the host of the exercise graded last, and ends it when another is needed."""

    def __init__(self, options: GradeOptions, private: Sequence[Path], launchers: Launchers) -> None:
        self._options = options
        self._judge = Judge(private=private, own_core=True, launchers=launchers)
        self._preload: tuple[str, ...] | None = None
        self._left = False

    def work(
        self, waiting: queue.SimpleQueue[Task | None], done: queue.SimpleQueue[Outcome | BaseException | None]
    ) -> None:
        try:
            while not self._left and (task := waiting.get()) is not None:
                outcome = self._graded(task)
                if self._left:
                    break
                done.put(outcome)
        except BaseException as error:  # this machine cannot confine, say: for whoever asked
            done.put(error)
        finally:
            self._judge.close(at_once=self._left)
            done.put(None)

    def leave(self) -> None:
        """At once, whatever is being graded."""
        self._left = True
        self._judge.close(at_once=True)

    def _graded(self, task: Task) -> Outcome:
        if task.exercise.preload != self._preload:
            self._judge.close()
            self._preload = task.exercise.preload
        try:
            report = graded(self._judge, task.exercise, task.submission, self._options)
        except JudgeError as error:
            return Failure(task.entry, str(error))
        return task.result(report)


def graded(judge: Judge, exercise: Exercise, submission: Submission, options: GradeOptions) -> Report:
    """The report on one answer, told its misconception."""
    report = judge.grade(exercise, submission, options)
    return diagnosed(judge, exercise, submission, report, options)
