"""`etude watch` in a pseudo-terminal: what the tests of watch mode drive and read."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pexpect
import pyte

from etude.attempts import Attempts
from etude.events import EventKind, Events
from tests.process_tree import is_running

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"
DEADLINE = 30.0  # seconds, on a machine that has much else to do
RIGHT, WRONG = "def double(x):\n    return 2 * x\n", "def double(x):\n    return x\n"
PARTLY = "def double(x):\n    x *= 2\n    return x\n"  # all but the argument that stays as it is


class Watch:
    """`etude watch …` in a pseudo-terminal, and the screen that a person would see."""

    def __init__(self, folder: Path, *arguments: str, lines: int = 40, **environment: str) -> None:
        self.folder, self.data = folder, folder / "data"
        own = {"ETUDE_DATA": str(self.data), "ETUDE_BANK": str(MINI), "ETUDE_ONLY_BANK": "1", "TERM": "xterm-256color"}
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.screen = pyte.Screen(80, lines)
        self._stream = pyte.Stream(self.screen)
        self.process = pexpect.spawn(
            sys.executable,
            [str(ROOT / "cli.py"), "watch", *arguments],
            cwd=folder,
            env={**kept, **own, **environment},
            dimensions=(lines, 80),
            encoding="utf-8",
            codec_errors="replace",  # Ctrl-C drops what the terminal has not read yet
        )
        self.modes = termios.tcgetattr(self.process.child_fd)
        self.output = ""

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def write(self, source: str, name: str = "double.py") -> None:
        (self.folder / name).write_text(source)

    def press(self, keys: str) -> None:
        self.process.send(keys)

    def until(self, *words: str, without: str = "\0") -> str:
        """Read the screen until it shows all of these and not that."""
        return self.wait(lambda: all(word in self.text for word in words) and without not in self.text)

    def wait(self, holds: Callable[[], bool]) -> str:
        end = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < end, f"this stayed on the screen:\n{self.text}"
            self.read()
        return self.text

    def read(self) -> None:
        try:
            output = self.process.read_nonblocking(1 << 16, 0.05)
            self.output += output
            self._stream.feed(output)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            time.sleep(0.01)

    def ended(self) -> int:
        """How it ended, all of its output read: the exit status, or minus the signal."""
        end = time.monotonic() + DEADLINE
        while self.process.isalive():
            assert time.monotonic() < end, f"it did not end:\n{self.text}"
            self.read()
        self.read()
        return -self.process.signalstatus if self.process.signalstatus else self.process.exitstatus

    def quit(self) -> int:
        self.press("q")
        return self.ended()


def gone(pids: list[int]) -> bool:
    end = time.monotonic() + DEADLINE
    while any(map(is_running, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_running, pids))


def attempts(watching: Watch) -> Attempts:
    return Attempts.open(watching.data / "attempts.db")


def kinds(watching: Watch) -> list[EventKind]:
    return [event.kind for event in Events.open(watching.data / "attempts.db").of()]
