"""Speed checks in a host of their own, which can be ended at any time: the warm one stays free for the next save."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from etude.database import data_folder
from etude.errors import JudgeError
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission

if TYPE_CHECKING:
    from etude.judge.client import Host

CLOSE_SECONDS = 1.0  # a host that is still importing by then ends by itself: its pipe closes with this process


class Stopwatch:
    """Grades one answer at a time, each in a thread of its own."""

    def __init__(self) -> None:
        from etude.judge.client import Judge

        self._judge = Judge(private=[data_folder()])
        self._turn = threading.Lock()  # to use the judge; starting a host takes as long as its imports
        self._changing = threading.Lock()  # the two below
        self._wanted: Future[Report] | None = None
        self._host: Host | None = None  # that is grading

    def start(self, exercise: Exercise, submission: Submission, options: GradeOptions) -> Future[Report]:
        timing: Future[Report] = Future()
        with self._changing:
            self._wanted = timing

        def run() -> None:
            with self._turn:
                try:
                    timing.set_result(self._grade(timing, exercise, submission, options, again=True))
                except Exception as error:
                    timing.set_exception(error)

        threading.Thread(target=run, name="stopwatch", daemon=True).start()
        return timing

    def stop(self) -> None:
        """Nobody waits for the last one any more. A host that is still starting is kept for the next."""
        with self._changing:
            self._wanted = None
            if self._host is not None:
                self._host.kill()

    def close(self) -> None:
        self.stop()
        if self._turn.acquire(timeout=CLOSE_SECONDS):
            self._judge.close(at_once=True)

    def _grade(
        self, timing: Future[Report], exercise: Exercise, submission: Submission, options: GradeOptions, again: bool
    ) -> Report:
        """By another host, once more, where one has died."""
        host = self._engage(timing, exercise)
        try:
            return self._judge.grade(exercise, submission, options)
        except JudgeError:
            if host.alive or not again:
                raise
        finally:
            self._release()
        return self._grade(timing, exercise, submission, options, again=False)

    def _engage(self, timing: Future[Report], exercise: Exercise) -> Host:
        if self._wanted is timing:
            host = self._judge.host(exercise)
            with self._changing:
                if self._wanted is timing:
                    self._host = host
                    return host
        raise JudgeError("nobody waits for these times any more")

    def _release(self) -> None:
        with self._changing:
            self._host = None
