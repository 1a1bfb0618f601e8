"""How far a long command is: a bar with the time left on a terminal, else a line for each tenth of the way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from etude.cli.message import say

Advance = Callable[[str], None]


@contextmanager
def bar(doing: str, done: str, total: int) -> Iterator[Advance]:
    """On standard error. What is yielded is called at each step, with what to show as being at work ("": `doing`)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from etude.cli.message import console

    if not sys.stderr.isatty():
        yield _tenths(done, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda what: progress.update(task, advance=1, description=what or doing)


def _tenths(done: str, total: int) -> Advance:
    count = 0

    def advance(what: str) -> None:
        nonlocal count
        count += 1
        if count * 10 // total > (count - 1) * 10 // total:
            say(f"{done} {count} of {total}")

    return advance
