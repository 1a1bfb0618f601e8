"""The interview on a terminal: questions and scorecards scroll by, and the clock stays below them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.live import Live
from rich.text import Text

from etude.exercise import Exercise
from etude.metadata import read_text
from etude.practice.mock import Interview
from etude.render.mock import render_question, status
from etude.render.terminal import render_report
from etude.render.visible import visible_line
from etude.report import Report


class MockScreen:
    """Use as a context manager; on leaving, the clock goes and the rest stays."""

    def __init__(self, console: Console, suspend: Callable[[], None]) -> None:
        self._console = console
        self._suspend = suspend
        self._live = Live()

    def __enter__(self) -> MockScreen:
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )
        self._live.start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):  # as below
            self._live.stop()

    def suspend(self) -> None:
        self.__exit__()
        self._suspend()
        self.__enter__()

    def question(self, interview: Interview, exercise: Exercise) -> None:
        with suppress(OSError):  # the terminal is gone: whoever reads its keys tells of it
            render_question(interview, exercise, read_text(exercise.prompt_path), self._console)

    def report(self, report: Report) -> None:
        with suppress(OSError):
            render_report(report, self._console)

    def say(self, line: str) -> None:
        with suppress(OSError):
            self._console.print(Text(visible_line(line), "yellow"))

    def ring(self) -> None:
        with suppress(OSError):
            self._console.bell()

    def status(self, interview: Interview, grading: str, sure: bool) -> None:
        with suppress(OSError):
            self._live.update(status(interview, grading, sure), refresh=True)
