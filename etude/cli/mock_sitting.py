"""One sitting of an interview on this terminal: until it is left, or over and reported."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import click

from etude.catalog import Catalog
from etude.cli.attempts import open_database
from etude.cli.message import console, say
from etude.cli.mock_screen import MockScreen
from etude.cli.terminal import Terminal, on_signals
from etude.database import AttemptsError
from etude.errors import CatalogError, EtudeError
from etude.events import EventKind, Events
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.practice.desk import Desk
from etude.practice.mock import Interview
from etude.practice.mock_examiner import Event, Examiner, Left, Said
from etude.practice.mock_files import put_back
from etude.practice.mock_sitting import Sitting
from etude.practice.mock_store import ABANDON, forget, save
from etude.practice.watch.files import SaveWatcher
from etude.practice.watch.messages import Key, Message, Saved, Suspended
from etude.render.mock import clock, render_interview


def sit(interview: Interview, allow_unisolated: bool) -> int:
    """Until it is left or over; the exit status."""
    exercises = _exercises(interview)
    if interview.ending is None:
        for path in put_back(interview, exercises):
            say(f"{path}: was gone: written again, as it was last graded or as a clean stub")
    events: SimpleQueue[Event] = SimpleQueue()
    status = 0

    def leave(number: signal.Signals) -> None:
        nonlocal status
        status = 128 + number
        events.put(Left())

    handlers: dict[signal.Signals, Callable[[], None]] = {
        number: partial(leave, number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    handlers[signal.SIGTSTP] = lambda: events.put(Suspended())
    with on_signals(handlers):
        interview = _run(interview, exercises, events, allow_unisolated)
        if interview.ending is None or interview.waiting:
            with suppress(OSError):  # the terminal may be gone
                _say_left(interview)
            return status
        _conclude(interview)
    return 0


def _exercises(interview: Interview) -> dict[str, Exercise]:
    try:
        catalog = Catalog.load([Path(bank) for bank in interview.banks])
        return {question.exercise: catalog.get(question.exercise) for question in interview.questions}
    except CatalogError as error:
        raise EtudeError(error.subject, error.problem, f"{error.fix}; {ABANDON}") from None


def _run(
    interview: Interview, exercises: dict[str, Exercise], events: SimpleQueue[Event], allow_unisolated: bool
) -> Interview:
    def hear_save(message: Message) -> None:
        if isinstance(message, Saved):
            events.put(message)

    options = GradeOptions(allow_unisolated=allow_unisolated)
    with (
        Desk.open(lambda line: events.put(Said(line))) as desk,
        Examiner(desk, options, events.put) as examiner,
        SaveWatcher(Path(interview.folder), hear_save) as watcher,
        Terminal(console(), whole=False) as terminal,
        MockScreen(console(), terminal.suspend) as screen,
    ):
        watcher.want(exercises.keys())
        terminal.read_keys(lambda name: events.put(Key(name)), lambda: events.put(Left()))
        return Sitting(interview, exercises, events, examiner.ask, save, screen).run()


def _say_left(interview: Interview) -> None:
    rest = f"Left with {clock(interview.left)} to go; the clock is stopped."
    click.echo(rest if interview.ending is None else "Left before everything that was handed in was graded.")
    click.echo("`etude mock` goes on with it, `etude mock --abandon` ends it without a report.")


def _conclude(interview: Interview) -> None:
    """Record it, once; where that fails it stays open, and `etude mock` tries again."""
    try:
        events = Events(open_database())
        if not events.of(EventKind.MOCK, subject=interview.uid):
            events.add(EventKind.MOCK, interview.uid, **interview.to_json())
        forget()
    except AttemptsError as error:
        say(f"the interview was not recorded; `etude mock` tries again: {error}")
    render_interview(interview, console())
