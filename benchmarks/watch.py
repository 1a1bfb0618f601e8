"""From a save to the verdict on the screen: `etude watch` in a pseudo-terminal, read as a terminal would read it."""

from __future__ import annotations

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission

SAVES = 100
PATIENCE = 60.0  # seconds


def save_to_verdict(exercise: Exercise, saves: int = SAVES) -> list[float]:
    """Seconds of each of so many saves. Two answers take turns, so that each verdict is seen to be the save's own."""
    answers = _two_answers(exercise)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{exercise.id}.py")
        file.write_text(answers[1][0])
        watching = _Watching(exercise.id, folder)
        try:
            watching.read_until(answers[1][1])
            return [_seconds(watching, file, *answers[number % 2]) for number in range(saves + 1)][1:]
        finally:
            watching.close()


def _two_answers(exercise: Exercise) -> list[tuple[str, str]]:
    """The source of two wrong answers, and the points that the screen will show; each has other points."""
    found: dict[str, str] = {}
    with Judge() as judge:
        for path in exercise.wrong_answers():
            answer = Submission.read(path)
            report = judge.grade(exercise, answer, GradeOptions(speed=False))
            if report.problem is None and not report.full_marks:  # which would be timed as well
                found.setdefault(f"{report.score} of {report.maximum} points", answer.source)
    return [(source, points) for points, source in found.items()][:2]


def _seconds(watching: _Watching, file: Path, source: str, verdict: str) -> float:
    time.sleep(0.05)  # whatever followed the verdict is over
    watching.discard()
    began = time.perf_counter()
    file.write_text(source)
    watching.read_until(verdict)
    return time.perf_counter() - began


class _Watching:
    def __init__(self, exercise: str, folder: str) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(self._ours, (40, 100))
        environment = {**os.environ, "ETUDE_DATA": f"{folder}/data", "TERM": "xterm-256color"}
        command = [str(Path(sys.executable).with_name("etude")), "watch", exercise]
        self._process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def read_until(self, text: str) -> None:
        seen, end = b"", time.monotonic() + PATIENCE
        while text.encode() not in seen:
            if not select.select([self._ours], [], [], max(end - time.monotonic(), 0))[0]:
                raise TimeoutError(f"no {text!r} on the screen: {seen[-2_000:]!r}")
            seen += os.read(self._ours, 1 << 16)

    def discard(self) -> None:
        while select.select([self._ours], [], [], 0)[0]:
            os.read(self._ours, 1 << 16)

    def close(self) -> None:
        os.write(self._ours, b"q")
        self._process.wait(10)
        os.close(self._ours)


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]
