"""Whatever an answer to any exercise returns, its grader makes a report of it: no fault of ours, and no hang.

Each run takes a few answers to each exercise, other ones every time. ETUDE_ODD_SEED repeats a run, and with it
ETUDE_ODD_FULL=1 takes every odd thing there is, and finds the checks that stumble over one.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission
from tests.attacks import odd_support

SEED = int(os.environ.get("ETUDE_ODD_SEED") or int.from_bytes(os.urandom(3), "little"))
FULL = bool(os.environ.get("ETUDE_ODD_FULL"))
SECONDS = 4.0  # for all exercises together, once their hosts are there; each gets two answers at least
PATIENCE = 90.0  # seconds for one grading whose calls have 20
EXERCISES = sorted(Catalog.load([shipped_bank()]), key=lambda exercise: exercise.preload)  # hosts one after the other


@pytest.fixture(scope="module")
def hosts() -> Iterator[Judge]:
    with Judge() as judge:
        yield judge


def grade(judge: Judge, exercise: Exercise, source: str) -> Report:
    """A report, or the JudgeError that there must not be; a host that hangs is killed, and that is one."""
    timer = threading.Timer(PATIENCE, os.kill, (judge.host(exercise).pid, signal.SIGKILL))
    timer.start()
    try:
        options = GradeOptions(seed=SEED, speed=False, timeout=20, strict=FULL)
        return judge.grade(exercise, Submission("answer.py", source), options)
    finally:
        timer.cancel()


def answers(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """What is odd about each, and its source."""
    dice = random.Random(f"{SEED} {exercise.id}")
    things = list(odd_support.odd_things(exercise))
    dice.shuffle(things)
    for odd in things:
        seed = dice.randrange(1000)
        yield f"now and then, by {seed}, {odd}", odd_support.now_and_then(exercise, odd, seed)
        yield f"always {odd}", odd_support.always(exercise, odd)
        if FULL:
            yield f"made {odd}", odd_support.made(exercise, odd)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_odd_returns(hosts: Judge, exercise: Exercise) -> None:
    missing = [name for name in exercise.preload if find_spec(name.partition(".")[0]) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")
    faults = []
    hosts.host(exercise)
    until = time.monotonic() + SECONDS / len(EXERCISES)
    for number, (what, source) in enumerate(answers(exercise)):
        if number >= 2 and not FULL and time.monotonic() > until:
            break
        try:
            report = grade(hosts, exercise, source)
        except Exception as error:
            faults.append(f"{what}: {error}")
            continue
        assert report.problem is None, (what, report.problem)
        assert report.score < report.maximum or what.startswith("now and then")
        assert len(str(report.to_json())) < 300_000
    assert not faults, f"ETUDE_ODD_SEED={SEED}\n" + "\n".join(faults)
