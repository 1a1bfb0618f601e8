"""What `etude bench` compares: this attempt's times, the reference's, and those of the learner's earlier attempts."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from etude.attempts import Attempt
from etude.exercise import Exercise
from etude.judge.benchmarks import Benchmark
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import CheckResult, Report, Timing
from etude.submission import Submission

SCALES = (0.125, 0.25, 0.5, 1.0, 2.0)  # of the exercise's own size
EARLIER = 5  # attempts


@dataclass(frozen=True)
class Row:
    """One line of the comparison; seconds a call, less the transfer."""

    who: str
    median: float
    least: float
    spread: float
    ratio: float | None  # to the reference of the same run; None for the reference itself
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Bench:
    """One speed check: its comparison, and its times at other sizes where it knows any (scale, timing)."""

    check: CheckResult
    rows: tuple[Row, ...]
    sizes: tuple[tuple[float, Timing], ...] = ()


def timed_checks(report: Report) -> list[CheckResult]:
    return [check for check in report.checks if check.timing is not None]


def compare(check: CheckResult, earlier: list[Attempt]) -> Bench:
    """Of a check that was timed."""
    assert check.timing is not None
    own = _row("this attempt", check.timing.answer, check.timing)
    reference = _row("the reference", check.timing.reference, check.timing, ratio=False)
    past = [
        _row(f"{attempt.at.astimezone():%d %b %Y %H:%M}", then.timing.answer, then.timing)
        for attempt in earlier
        for then in timed_checks(attempt.report)
        if then.name == check.name and then.timing is not None and then.timing.answer
    ]
    return Bench(check, (reference, own, *past[:EARLIER]))


def _row(who: str, rounds: tuple[float, ...], timing: Timing, ratio: bool = True) -> Row:
    from statistics import median, stdev

    calls = timing.net(rounds)
    spread = stdev(calls) if len(calls) > 1 else 0.0
    row = Row(who, median(calls), min(calls), spread, None)
    return replace(row, ratio=timing.ratio, low=timing.low, high=timing.high) if ratio else row


def at_sizes(
    judge: Judge,
    exercise: Exercise,
    submission: Submission,
    options: GradeOptions,
    check: CheckResult,
    tell: Callable[[str], None],
) -> Iterator[tuple[float, Timing]]:
    """The check's timing at each size, if it knows several."""
    assert check.timing is not None
    for scale in SCALES if check.timing.scales else ():
        tell(f"{scale:g} times its size")
        report = judge.grade(exercise, submission, replace(options, scale=scale, checks=(check.name,)))
        for found in timed_checks(report):
            assert found.timing is not None
            yield scale, found.timing


def as_json(exercise: Exercise, benches: list[Bench]) -> str:
    """pytest-benchmark's own format, for its `compare` command."""
    from etude.judge.benchmarks import benchmarks_of

    groups: list[Benchmark] = []
    for bench in benches:
        assert bench.check.timing is not None
        groups += benchmarks_of(f"{exercise.id}::{bench.check.name}", bench.check.timing)
    machine = {"system": platform.system(), "machine": platform.machine(), "python_version": platform.python_version()}
    document = {
        "machine_info": {**machine, "node": "", "cpu": {}},
        "commit_info": {"id": "", "time": None, "dirty": False, "project": exercise.id, "branch": ""},
        "benchmarks": [group.as_dict() for group in groups],
        "datetime": datetime.now(UTC).isoformat(),
        "version": _version(),
    }
    return json.dumps(document, indent=2, default=str)


def _version() -> str:
    from importlib import metadata

    return metadata.version("pytest-benchmark")
