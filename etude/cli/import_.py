"""`etude import`: brings in what `etude export` wrote."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from etude.errors import EtudeError

MANY = 5_000  # rows; fewer are done before a bar would be seen


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(allow_dash=True))
def command(file: str) -> None:
    """Bring in what `etude export` wrote, on another machine say.

    Adds what is not here yet, and changes nothing that is; FILE may be `-` for standard input.
    """
    from etude.cli.attempts import open_database
    from etude.practice.exported import TransferError, parse
    from etude.practice.transfer import merge

    try:
        attempts, events = parse(_read(file))
    except TransferError as error:
        raise EtudeError("standard input" if file == "-" else file, error.problem, error.fix) from None
    with _progress(len(attempts) + len(events)) as on_row:
        done = merge(open_database(), attempts, events, on_row)
    known = f"; {done.known} were here already" if done.known else ""
    click.echo(f"{done.attempts} attempts and {done.events} events are new{known}.")


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise EtudeError(file, f"cannot be read ({error.strerror})", "name a file that `etude export` wrote") from None


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, where that is a terminal and there is much to do."""
    if rows < MANY or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.progress import Progress

    from etude.cli.message import console

    with Progress(console=console(stderr=True), transient=True) as progress:
        bar = progress.add_task("importing", total=rows)
        yield lambda: progress.advance(bar)
