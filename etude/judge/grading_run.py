"""One grading inside a host: the submission, its worker and what the checks' fixtures need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from etude.judge import seeds
from etude.judge.candidate import Answer, Candidate, Quarters
from etude.judge.job import Job
from etude.judge.proxy import SubmissionProxy
from etude.report import Timing

SHARED_BYTES = 64 << 20  # of each mapping of a worker that is timed

GPU_SLACK = 6.0  # times an exercise's time limits: kernels are compiled, and inputs put on the device


@dataclass
class GradingRun:
    """What the fixtures of the running check need."""

    job: Job
    seed: int
    quarters: Quarters
    candidate: Candidate
    timing: Timing | None = None  # left by the clock fixture, as is the next
    share: float = 1.0  # of the check's points
    advice: str | None = None  # for a check that passed with less than all of its points
    helpers: dict[str, Candidate] = field(default_factory=dict)  # reference and echo, once the clock asks for them
    tell: Callable[[str], None] = lambda doing: None  # whoever waits for the report
    waited: float = 0.0  # seconds for others' speed checks, which are no part of any check's time

    @property
    def proxy(self) -> SubmissionProxy:
        return SubmissionProxy(self.candidate, self.job.exercise.banned)

    def rng(self, check: str) -> np.random.Generator:
        """The check's own secret generator."""
        return seeds.check_rng(self.seed, self.job.exercise.id, check)

    def helper(self, label: str, source: str | None = None) -> Candidate:
        """A worker of our own beside the candidate's: the reference answer, or the echo."""
        if label not in self.helpers:
            self.helpers[label] = self.worker(label, source)
        return self.helpers[label]

    def worker(self, label: str, source: str | None = None) -> Candidate:
        """A new worker for `source`, or for nothing: an echo. The caller closes it."""
        answer = self.candidate.answer
        probe, entry_points = (None, ()) if source is None else (answer.probe, answer.entry_points)
        own = Answer(label, source or "", probe, entry_points, answer.call_seconds, answer.total_seconds)
        return Candidate(own, self.quarters, SHARED_BYTES)

    def close(self) -> None:
        for candidate in (self.candidate, *self.helpers.values()):
            candidate.close()


def start(job: Job, seed: int, quarters: Quarters, timed: bool) -> GradingRun:
    exercise = job.exercise
    probe = exercise.probe_path.read_text("utf-8") if exercise.probe_path.exists() else None
    slack = GPU_SLACK if job.options.device != "cpu" else 1.0
    total_seconds = job.options.timeout or exercise.total_seconds * slack
    answer = Answer(
        job.submission.replace("\\", "/").rsplit("/", 1)[-1] or "submission",
        job.source,
        probe,
        exercise.entry_points,
        min(exercise.call_seconds * slack, total_seconds),
        total_seconds,
    )
    return GradingRun(job, seed, quarters, Candidate(answer, quarters, SHARED_BYTES if timed else 0))
