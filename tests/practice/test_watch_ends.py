"""However watch mode ends, nothing of it stays behind; and what must not end it does not."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.practice.watch_terminal import RIGHT, WRONG, Watch, attempts, gone
from tests.process_tree import family


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda watching: watching.press("q"), 0),
        (lambda watching: watching.press("\x03"), 130),
        (lambda watching: watching.process.kill(signal.SIGTERM), 143),
        (lambda watching: watching.process.kill(signal.SIGHUP), 129),
    ],
    ids=["q", "Ctrl-C", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "grading"])
def test_whatever_ends_it_leaves_no_process_and_the_terminal_as_it_was(
    watch: Callable[..., Watch], end: Callable[[Watch], object], status: int, busy: bool
) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    if busy:
        watching.write("def double(x):\n    while True:\n        pass\n")
        watching.until("grading…")
    processes = family(watching.process.pid)
    assert len(processes) > 1
    end(watching)
    assert watching.ended() == status
    assert gone(processes)
    assert termios.tcgetattr(watching.process.child_fd) == watching.modes
    assert watching.output.endswith("\x1b[?25h\x1b[?1049l")  # cursor and screen are back
    assert attempts(watching).best() == {"double": 0.4}


def test_killed_outright_its_processes_end_with_their_pipe(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    assert termios.tcgetattr(watching.process.child_fd) != watching.modes
    processes = family(watching.process.pid)
    watching.process.kill(signal.SIGKILL)
    assert watching.ended() == -signal.SIGKILL
    assert gone(processes)


def test_the_terminal_is_closed(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    processes = family(watching.process.pid)
    os.close(watching.process.child_fd)
    watching.process.wait()
    assert gone(processes)


def test_a_host_that_dies_is_replaced(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    host = family(watching.process.pid)[1]
    os.kill(host, signal.SIGKILL)
    watching.write(RIGHT)
    watching.until("full marks")


def test_a_database_that_cannot_be_written_costs_no_verdict(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points", "this attempt was not kept")
    watching.press("h")
    watching.until("hint 1 of 3", "this was not noted")
    assert watching.quit() == 0


def test_an_endless_answer_does_not_hold_up_the_next_save(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write("def double(x):\n    while True:\n        pass\n")
    watching.until("grading…")
    watching.write(RIGHT)
    watching.until("full marks")
    watching.quit()
    assert [score.full_marks for score in attempts(watching).scores()] == [True]
