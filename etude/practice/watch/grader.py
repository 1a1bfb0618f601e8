"""The thread that grades. The newest save wins: one that is being graded when another comes is dropped."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from etude.attempts import Attempts
from etude.database import AttemptsError
from etude.errors import EtudeError, JudgeError
from etude.events import EventKind, Events
from etude.exercise import Exercise
from etude.extras import install_command, missing_extras
from etude.judge.job import GradeOptions
from etude.practice.mock_store import in_interview
from etude.practice.watch.messages import Graded, Post, Ungraded, Warned
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
            self._waiting = task
            if self._host is not None and self._impatience is None:
                self._impatience = threading.Timer(PATIENCE, self._drop)
                self._impatience.daemon = True
                self._impatience.start()
            self._changed.notify()

    def _drop(self) -> None:
        """End the host that is grading what nobody waits for any more."""
        with self._changed:
            if self._host is not None and self._overtaken and self._host.alive:
                with suppress(ProcessLookupError):
                    os.kill(self._host.pid, signal.SIGKILL)

    @property
    def _overtaken(self) -> bool:
        return self._stopped or self._waiting is not None

    def _run(self) -> None:
        from etude.practice.desk import Desk

        with Desk.open(self._warn) as desk:
            while (task := self._next()) is not None:
                try:
                    self._grade(desk, task)
                except (EtudeError, JudgeError) as error:
                    self._tell_why(task, str(error))
                except Exception as error:
                    self._tell_why(task, f"{type(error).__name__}: {error}: a fault of étude's: please report it")
            desk.judge.close(at_once=True)  # nothing is under way, and nobody wants to wait

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

    def _grade(self, desk: Desk, task: Task) -> None:
        if missing := missing_extras(task.exercise.required_extras):
            needs = f"needs {' and '.join(missing)}, not installed here"
            raise EtudeError(task.exercise.id, needs, install_command(missing))
        report = self._report(desk, task, self._options)
        if task.rehearsal or self._overtaken:
            return
        if _awaits_the_clock(report):
            self._tell(task, report, final=False)
            report = self._report(desk, task, replace(self._options, speed=True, seed=report.seed))
        elif not report.full_marks:
            self._tell(task, report, final=False)
            report = self._diagnosed(desk, task, report)
        self._tell(task, report, final=True)
        self._keep(desk, report, task.submission.source)

    def _keep(self, desk: Desk, report: Report, source: str) -> None:
        """Record it, but for a source that was recorded last, since the stub, and with no less."""
        attempts, events = Attempts(desk.database), Events(desk.database)
        try:
            latest = attempts.latest(report.exercise)
            begun = max((start.at for start in events.of(EventKind.START, subject=report.exercise)), default=None)
            same = latest is not None and latest.source == source and (begun is None or latest.at >= begun)
            if not same or (latest is not None and latest.report.score < report.score):
                desk.keep(report, source)
        except AttemptsError as error:
            self._warn(f"this attempt was not kept: {error}")

    def _tell(self, task: Task, report: Report, final: bool) -> None:
        shown = report.for_exam() if in_interview(report.exercise) else report
        self._post(Graded(task.submission, shown, datetime.now(UTC), final))

    def _report(self, desk: Desk, task: Task, options: GradeOptions) -> Report:
        """By a warm host; by another where that has died."""
        host = self._engage(desk, task)
        try:
            return desk.judge.grade(task.exercise, task.submission, options)
        except JudgeError:
            if host.alive or self._overtaken:
                raise
        finally:
            self._release()
        self._engage(desk, task)
        try:
            return desk.judge.grade(task.exercise, task.submission, options)
        finally:
            self._release()

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
