"""Speed checks in watch mode: they hold up nothing, and nothing that was shown is lost with them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest

from etude.attempts import Attempts
from etude.catalog import Catalog
from etude.judge.client import Host, OnCheck
from etude.judge.job import Job
from etude.practice.watch import grader as grader_module
from etude.practice.watch.grader import Grader, Task
from etude.practice.watch.messages import Graded, Message
from etude.report import Report
from etude.submission import Submission
from tests.practice.watch_terminal import DEADLINE, MINI, Watch, attempts, gone
from tests.process_tree import family

# Right, and without an end once it is timed.
ENDLESS = "def affine(x):\n    while x.size > 1000:\n        pass\n    return 2 * x + 1\n"
BAD = "def affine(x):\n    return x\n"


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda watching: watching.press("q"), 0),
        (lambda watching: watching.process.kill(signal.SIGTERM), 143),
    ],
    ids=["q", "SIGTERM"],
)
def test_what_was_shown_is_kept_though_the_session_ends_while_it_is_timed(
    watch: Callable[..., Watch], end: Callable[[Watch], object], status: int
) -> None:
    watching = watch("affine")
    watching.until("Write affine(x)")
    watching.write(ENDLESS, "affine.py")
    watching.until("1 of 3 points", "being timed…", without="marks")
    processes = both_hosts(watching)
    end(watching)
    assert watching.ended() == status
    assert gone(processes)
    assert [(score.score, score.maximum) for score in attempts(watching).scores()] == [(1, 3)]


def test_killed_outright_while_timing_its_processes_end_with_their_pipes(watch: Callable[..., Watch]) -> None:
    watching = watch("affine")
    watching.until("Write affine(x)")
    watching.write(ENDLESS, "affine.py")
    watching.until("being timed…")
    processes = both_hosts(watching)
    watching.process.kill(signal.SIGKILL)
    assert watching.ended() == -signal.SIGKILL
    assert gone(processes)


def test_a_save_while_another_is_timed_is_compared_with_that_and_both_are_kept(watch: Callable[..., Watch]) -> None:
    watching = watch("affine")
    watching.until("Write affine(x)")
    watching.write(BAD, "affine.py")
    watching.until("0 of 1 points", "timed once all else passes")
    watching.write(ENDLESS, "affine.py")
    watching.until("being timed…", "+1 point: “Every element is doubled")
    watching.write(BAD, "affine.py")
    watching.until("0 of 1 points", "−1 point: “Every element is doubled")
    watching.quit()
    assert [(score.score, score.maximum) for score in attempts(watching).scores()] == [(0, 3), (1, 3), (0, 3)]


def both_hosts(watching: Watch) -> list[int]:
    """All processes, once the host that times is there as well."""
    hosts = f"/proc/{watching.process.pid}/task"
    watching.wait(lambda: sum(len(each.read_text().split()) for each in Path(hosts).glob("*/children")) == 2)
    return family(watching.process.pid)


# --- without a terminal


class Timed:
    """What hosts do with speed checks."""

    def __init__(self) -> None:
        self.under_way, self.done = threading.Event(), threading.Event()


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Timed:
    """And no host is ended because a save has waited long enough for it."""
    monkeypatch.setattr(grader_module, "PATIENCE", 3600.0)
    timed, grade = Timed(), Host.grade

    def noted(self: Host, job: Job, on_check: OnCheck) -> Report:
        if job.options.speed:
            timed.under_way.set()
        report = grade(self, job, on_check)
        if job.options.speed:
            timed.done.set()
        return report

    monkeypatch.setattr(Host, "grade", noted)
    return timed


def verdict(inbox: SimpleQueue[Message]) -> Graded:
    message = inbox.get(timeout=DEADLINE)
    assert isinstance(message, Graded), message
    return message


@pytest.mark.parametrize("starting", [True, False], ids=["its host starts", "it is timed"])
def test_a_save_ends_the_timing_of_the_one_before_and_has_the_warm_host(
    mini_bank: Catalog, tmp_path: Path, timed: Timed, starting: bool
) -> None:
    inbox: SimpleQueue[Message] = SimpleQueue()
    exercise = mini_bank.get("affine")
    with Grader(inbox.put) as grader:
        grader.submit(Task(exercise, Submission("affine.py", ENDLESS)))
        assert not verdict(inbox).final
        warm = family(os.getpid())[1]
        if not starting:
            assert timed.under_way.wait(DEADLINE)
        grader.submit(Task(exercise, Submission("affine.py", BAD)))
        assert verdict(inbox).submission.source == BAD
        assert warm in family(os.getpid())
        assert verdict(inbox).final
    assert not timed.done.is_set()
    scores = Attempts.open(tmp_path / "data" / "attempts.db").scores()
    assert [(score.score, score.maximum) for score in scores] == [(1, 3), (0, 3)]


def test_the_same_saved_again_while_it_is_timed_is_kept_once(mini_bank: Catalog, tmp_path: Path, timed: Timed) -> None:
    inbox: SimpleQueue[Message] = SimpleQueue()
    source = (MINI / "solutions/q01_basics/affine.py").read_text()
    task = Task(mini_bank.get("affine"), Submission("affine.py", source))
    with Grader(inbox.put) as grader:
        grader.submit(task)
        assert not verdict(inbox).final
        assert timed.under_way.wait(DEADLINE)
        grader.submit(task)
        assert verdict(inbox).final
    assert inbox.empty()
    scores = Attempts.open(tmp_path / "data" / "attempts.db").scores()
    assert [(score.score, score.maximum) for score in scores] == [(3, 3)]
