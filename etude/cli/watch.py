"""`etude watch`: an exercise graded at every save."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import ExerciseName, bank_options, load_catalog
from etude.cli.options import unisolated_option
from etude.errors import CatalogError, EtudeError

if TYPE_CHECKING:
    from etude.catalog import Catalog
    from etude.exercise import Exercise
    from etude.practice.watch.session import WatchSession


@click.command("watch")
@click.argument("what", type=ExerciseName(), metavar="[EX|DIR]", required=False)
@unisolated_option
@bank_options
@click.pass_context
def command(
    ctx: click.Context, what: str | None, allow_unisolated: bool, bank: tuple[str, ...], only_bank: bool
) -> None:
    """Grade an exercise at every save.

    EX: that exercise, its file EX.py in this folder, begun with a stub where there is none. DIR (this folder, where
    nothing is named): the exercises whose files lie there, the one that was saved last first; another that is saved
    there joins them.

    The scorecard stays on the screen; keys give a hint, the next exercise, the prompt, the solution and the list.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise EtudeError("watch", "needs a terminal", "`etude grade EX` grades once, anywhere")
    from importlib.util import find_spec

    from etude.practice.watch.session import WatchSession

    if find_spec("termios") is None:
        raise EtudeError("watch", "needs the terminal of Linux or macOS", "`etude grade EX` grades once, anywhere")
    catalog = load_catalog(bank, only_bank)
    exercises = _readable(catalog)
    first, folder = _where_to_begin(what, catalog, exercises)
    session = WatchSession(exercises, folder, roam=what != first.id, allow_unisolated=allow_unisolated)
    ctx.exit(_run(session, first))


def _readable(catalog: Catalog) -> list[Exercise]:
    """In order; without those whose metadata have a mistake, which is no matter here."""
    from etude.catalog import in_order

    found = []
    for name in catalog.ids:
        try:
            found.append(catalog.get(name))
        except CatalogError:
            continue
    return in_order(found)


def _where_to_begin(what: str | None, catalog: Catalog, exercises: list[Exercise]) -> tuple[Exercise, Path]:
    from etude.practice.watch.session import newest_exercise

    if what is not None and (what in catalog.ids or not Path(what).is_dir()):
        if any(separator in what for separator in (os.sep, os.altsep) if separator):
            problem = "is not a folder" if Path(what).exists() else "there is no such folder"
            raise EtudeError(what, problem, "`etude watch EX` begins an exercise in this one")
        return catalog.get(what), Path()
    folder = Path(what or ".")
    newest = newest_exercise(folder, exercises)
    if newest is None:
        raise EtudeError(folder.resolve(), "holds no exercise's file", "`etude watch EX` begins one here")
    return newest, folder


def _run(session: WatchSession, first: Exercise) -> int:
    import signal

    from etude.cli.message import console
    from etude.cli.terminal import Terminal, on_signals
    from etude.practice.watch.messages import Ended, Key, Resized, Suspended
    from etude.practice.watch.state import WatchState
    from etude.render.watch import watch_frame

    screen = console()
    if screen.is_dumb_terminal:
        raise EtudeError("watch", "this terminal cannot be drawn on (TERM is dumb)", "`etude grade EX` grades once")
    post = session.inbox.put

    def hang_up() -> None:
        post(Ended(128 + signal.SIGHUP))

    handlers = {
        signal.SIGINT: lambda: post(Ended(128 + signal.SIGINT)),
        signal.SIGTERM: lambda: post(Ended(128 + signal.SIGTERM)),
        signal.SIGHUP: hang_up,
        signal.SIGTSTP: lambda: post(Suspended()),
        signal.SIGWINCH: lambda: post(Resized()),
    }
    with on_signals(handlers), Terminal(screen) as terminal:

        def draw(state: WatchState) -> int:
            try:
                terminal.resize()
                frame, furthest = watch_frame(state, screen)
                terminal.draw(frame)
            except OSError:  # the terminal is gone
                hang_up()
                return 0
            return furthest

        terminal.read_keys(lambda name: post(Key(name)), hang_up)
        return session.run(first, draw, terminal.suspend)
