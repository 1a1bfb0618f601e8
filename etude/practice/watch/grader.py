"""The thread that grades. The newest save wins: one that is being graded when another comes is dropped.

What has been shown is kept all the same, as far as it was known.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from etude.database import AttemptsError
from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.extras import require_extras
from etude.judge.job import GradeOptions
from etude.practice.cells import with_cells
from etude.practice.mock_store import in_interview
from etude.practice.watch.keeping import keep_once
from etude.practice.watch.messages import Graded, Post, Ungraded, Warned
from etude.practice.watch.stopwatch import Stopwatch
from etude.report import Category, Report
from etude.submission import Submission

if TYPE_CHECKING:
    from etude.judge.client import Host
    from etude.practice.desk import Desk

PATIENCE = 2.0  # seconds that an older save may still take before its host is ended: it may loop for ever
JOIN_SECONDS, STARTING_SECONDS = 5.0, 1.0


@dataclass(frozen=True)
class Task:
    exercise: Exercise
    submission: Submission
    rehearsal: bool = False  # to warm up: nobody is told the verdict


class Grader:
    """Posts Graded or Ungraded for each submission that no newer one overtakes. Use as a context manager."""

    def __init__(self, post: Post, allow_unisolated: bool = False) -> None:
        self._post = post
        self._options = GradeOptions(speed=False, allow_unisolated=allow_unisolated)
        self._changed = threading.Condition()
        self._waiting: Task | None = None
        self._starting = False  # a host, which takes as long as its imports
        self._host: Host | None = None  # that is grading
        self._timed: Submission | None = None  # whose speed checks are under way, in another host
        self._impatience: threading.Timer | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="grader", daemon=True)

    def __enter__(self) -> Grader:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
            starting = self._starting
        self._drop()
        # A host whose imports take longer ends by itself: its pipe closes with this process.
        self._thread.join(STARTING_SECONDS if starting else JOIN_SECONDS)

    def submit(self, task: Task) -> None:
        with self._changed:
            if task.submission == self._timed and self._waiting is None:
                return  # the same again: its verdict is on its way
            self._waiting = task
            if self._host is not None and self._impatience is None:
                self._impatience = threading.Timer(PATIENCE, self._drop)
                self._impatience.daemon = True
                self._impatience.start()
            self._changed.notify()

    def _drop(self) -> None:
        """End the host that is grading what nobody waits for any more."""
        with self._changed:
            if self._overtaken and self._host is not None:
                self._host.kill()

    @property
    def _overtaken(self) -> bool:
        return self._stopped or self._waiting is not None

    def _run(self) -> None:
        from etude.practice.desk import Desk

        stopwatch = Stopwatch()
        with Desk.open(self._warn) as desk:
            while (task := self._next()) is not None:
                try:
                    self._grade(desk, stopwatch, task)
                except (EtudeError, JudgeError) as error:
                    self._tell_why(task, str(error))
                except Exception as error:
                    self._tell_why(task, f"{type(error).__name__}: {error}: a fault of étude's: please report it")
            desk.judge.close(at_once=True)  # nothing is under way, and nobody wants to wait
            stopwatch.close()

    def _warn(self, line: str) -> None:
        if not self._overtaken:
            self._post(Warned(line))

    def _tell_why(self, task: Task, why: str) -> None:
        if not self._overtaken:
            self._post(Ungraded(task.submission, why))

    def _next(self) -> Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._overtaken)
            task, self._waiting = self._waiting, None
            return None if self._stopped else task

    def _grade(self, desk: Desk, stopwatch: Stopwatch, task: Task) -> None:
        require_extras(task.exercise.id, task.exercise.required_extras)
        report = self._report(desk, task)
        if task.rehearsal or self._overtaken:
            return
        to_be_timed = _awaits_the_clock(report)
        if report.full_marks and not to_be_timed:
            self._tell(task, report, final=True)
            self._keep(desk, task, report)
            return
        self._tell(task, report, final=False)
        try:
            report = self._timed_by(stopwatch, task, report) if to_be_timed else self._diagnosed(desk, task, report)
        finally:
            self._keep(desk, task, report)
        if not self._overtaken:
            self._tell(task, report, final=True)

    def _timed_by(self, stopwatch: Stopwatch, task: Task, report: Report) -> Report:
        """With the speed checks; without, where a newer save comes before they are done."""
        options = replace(self._options, speed=True, seed=report.seed)
        with self._changed:
            if self._overtaken:
                return report
            self._timed = task.submission
        timing = stopwatch.start(task.exercise, task.submission, options)
        timing.add_done_callback(lambda _: self._wake())
        with self._changed:
            self._changed.wait_for(lambda: timing.done() or self._overtaken)
            self._timed = None
        if timing.done():
            return timing.result()
        stopwatch.stop()
        return report

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _keep(self, desk: Desk, task: Task, report: Report) -> None:
        try:
            keep_once(desk, report, task.submission.source)
        except AttemptsError as error:
            self._warn(f"this attempt was not kept: {error}")

    def _tell(self, task: Task, report: Report, final: bool) -> None:
        shown = report.for_exam() if in_interview(report.exercise) else report
        self._post(Graded(task.submission, with_cells(shown, task.submission), datetime.now(UTC), final))

    def _report(self, desk: Desk, task: Task, again: bool = True) -> Report:
        """By a warm host; by another where that has died."""
        host = self._engage(desk, task)
        try:
            return desk.judge.grade(task.exercise, task.submission, self._options)
        except JudgeError:
            if host.alive or self._overtaken or not again:
                raise
        finally:
            self._release()
        return self._report(desk, task, again=False)

    def _diagnosed(self, desk: Desk, task: Task, report: Report) -> Report:
        self._engage(desk, task)
        try:
            return desk.diagnosed(task.exercise, task.submission, report, self._options)
        finally:
            self._release()

    def _engage(self, desk: Desk, task: Task) -> Host:
        self._starting = True
        try:
            host = desk.judge.host(task.exercise)
        finally:
            self._starting = False
        with self._changed:
            self._host = host
            if self._stopped:
                raise JudgeError("the session is over")
        return host

    def _release(self) -> None:
        with self._changed:
            self._host = None
            if self._impatience is not None:
                self._impatience.cancel()
                self._impatience = None


def _awaits_the_clock(report: Report) -> bool:
    """All passes, but for the speed checks that were left out."""
    return report.full_marks and any(check.category is Category.SPEED and not check.counts for check in report.checks)
