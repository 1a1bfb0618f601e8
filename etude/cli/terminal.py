"""A terminal, or the whole screen of it: keys as they come, frames in place, and all as it was afterwards."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from rich.console import Console, RenderableType
from rich.control import Control
from rich.screen import Screen

_SEQUENCES = {
    "\x1b[A": "up",
    "\x1b[B": "down",
    "\x1bOA": "up",
    "\x1bOB": "down",
    "\x1b[5~": "page up",
    "\x1b[6~": "page down",
}
_NAMES = {"\r": "enter", "\n": "enter", "\x1b": "escape"}


class Terminal:
    """Standard input and output in cbreak mode until it is left; `whole`: on the alternate screen, without cursor."""

    def __init__(self, console: Console, whole: bool = True) -> None:
        self._console = console
        self._whole = whole
        self._input = sys.stdin.fileno()
        self._before: list[Any] = []

    def __enter__(self) -> Terminal:
        self._before = termios.tcgetattr(self._input)
        tty.setcbreak(self._input, termios.TCSANOW)  # Ctrl-C stays a signal
        if self._whole:
            self._console.set_alt_screen(True)
            self._console.show_cursor(False)
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # the terminal may be gone
            if self._whole:
                self._console.show_cursor(True)
                self._console.set_alt_screen(False)
        with suppress(OSError, termios.error):
            termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def resize(self) -> None:
        """The console takes the terminal's size; it may be changed at any time."""
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
        self._console.size = (columns or 80, lines or 24)  # 0: it does not say

    def draw(self, frame: RenderableType) -> None:
        with self._console:  # one write
            self._console.control(Control.home())
            self._console.print(Screen(frame), end="")

    def suspend(self) -> None:
        """Ctrl-Z: to the shell, and back."""
        self.__exit__()
        with default_signal(signal.SIGTSTP):
            os.kill(os.getpid(), signal.SIGTSTP)
        self.__enter__()

    def read_keys(self, pressed: Callable[[str], None], gone: Callable[[], None]) -> None:
        """Tell of each key from a thread of its own; and when the terminal is gone."""

        def run() -> None:
            try:
                while data := os.read(self._input, 1024):
                    for name in key_names(data.decode("utf-8", "replace")):
                        pressed(name)
            except OSError:
                pass
            gone()

        threading.Thread(target=run, name="keys", daemon=True).start()


def key_names(text: str) -> Iterator[str]:
    """The keys that a terminal sends as `text`."""
    while text:
        sequence = next((known for known in _SEQUENCES if text.startswith(known)), None)
        if sequence is not None:
            yield _SEQUENCES[sequence]
            text = text[len(sequence) :]
        elif text.startswith("\x1b") and len(text) > 1:  # a key that nobody asked for
            return
        else:
            yield _NAMES.get(text[0], text[0])
            text = text[1:]


@contextmanager
def on_signals(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Each of these signals calls its handler, in the main thread, and nothing else."""

    def handler(number: int, frame: FrameType | None) -> None:
        handlers[signal.Signals(number)]()

    before = {number: signal.signal(number, handler) for number in handlers}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def default_signal(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)
