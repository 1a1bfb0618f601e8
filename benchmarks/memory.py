"""Memory, read from outside the processes that use it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence

from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.sandbox.usage import proportional_bytes
from etude.submission import Submission
from tests.process_tree import family, parent

SAMPLE_SECONDS = 0.002


def peak_of_grading(exercise: Exercise) -> float:
    """The highest sum of PSS (bytes) of launcher, host, zygote and worker, over a few gradings in a fresh host."""
    answer = Submission.read(str(exercise.solution_path))
    peak = 0
    with Judge() as judge:
        launcher = parent(judge.host(exercise).pid)
        done = threading.Event()

        def sample() -> None:
            nonlocal peak
            while not done.wait(SAMPLE_SECONDS):
                peak = max(peak, sum(proportional_bytes(pid) for pid in family(launcher)))

        sampler = threading.Thread(target=sample)
        sampler.start()
        for _ in range(5):
            judge.grade(exercise, answer, GradeOptions(speed=False))
        done.set()
        sampler.join()
    return float(peak)


def resident_after_imports(modules: Sequence[str]) -> float:
    """Resident bytes of a process that has imported the modules and done nothing else."""
    code = f"import {', '.join(modules)}; print(open('/proc/self/statm').read().split()[1])"
    pages = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    return float(pages.split()[-1]) * 4096
