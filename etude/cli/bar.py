"""How far a long command is: a bar with the time left on a terminal, else a line for each tenth of the way, and for
each ten seconds of a slow one."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from etude.cli.message import say

PATIENCE = 1.0  # seconds without a word
BETWEEN_LINES = 10.0  # seconds, where no tenth is reached

Advance = Callable[[str], None]
Item = TypeVar("Item")


@contextmanager
def bar(doing: str, done: str, total: int) -> Iterator[Advance]:
    """On standard error. What is yielded is called at each step, with what to show as being at work ("": `doing`)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from etude.cli.message import console

    if not sys.stderr.isatty():
        yield _lines(done, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda what: progress.update(task, advance=1, description=what or doing)


def slowly(items: Iterable[Item], total: int, doing: str, done: str) -> Iterator[Item]:
    """The items, with a bar of those that are left once they have taken their time."""
    began = time.monotonic()
    with ExitStack() as stack:
        advance: Advance | None = None
        for count, item in enumerate(items):
            if advance is None and time.monotonic() - began > PATIENCE:
                advance = stack.enter_context(bar(doing, done, total - count))
            yield item
            if advance is not None:
                advance("")


def _lines(done: str, total: int) -> Advance:
    count, said = 0, time.monotonic()

    def advance(what: str) -> None:
        nonlocal count, said
        count += 1
        if count * 10 // total > (count - 1) * 10 // total or time.monotonic() - said > BETWEEN_LINES:
            said = time.monotonic()
            say(f"{done} {count} of {total}")

    return advance
