"""`etude progress`: how far the learner has come."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.practice.progress import Progress

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("progress")
@click.option("--html", type=_FILE, metavar="FILE", help="Write it as a page of its own instead.")
@click.option("--png", type=_FILE, metavar="FILE", help="Write it as a picture instead (needs matplotlib).")
@click.option("--force", is_flag=True, help="Replace FILE where it is already there.")
@bank_options
def command(html: Path | None, png: Path | None, force: bool, bank: tuple[str, ...], only_bank: bool) -> None:
    """Show your score over time, time per chapter, reviews to come."""
    from etude.cli.output import refuse_to_overwrite, write_file

    if png is not None:
        _require_matplotlib()
    for path in (html, png):
        if path is not None:
            refuse_to_overwrite(path, force)
    found = _progress(bank, only_bank)
    if html is None and png is None:
        from etude.cli.message import console
        from etude.render.progress import render_progress

        render_progress(found, console())
    if html is not None:
        from etude.render.progress_page import progress_page

        write_file(html, progress_page(found).encode(), force)
        click.echo(f"{html} shows your progress.")
    if png is not None:
        from etude.render.progress_figure import progress_png

        write_file(png, progress_png(found), force)
        click.echo(f"{png} shows your progress.")


def _progress(bank: tuple[str, ...], only_bank: bool) -> Progress:
    from datetime import UTC, datetime

    from etude.attempts import Attempts
    from etude.cli.attempts import open_database
    from etude.events import Events
    from etude.practice.progress import progress

    database = open_database()
    exercises = [*load_catalog(bank, only_bank)]
    return progress(exercises, Attempts(database).scores(), Events(database).of(), datetime.now(UTC))


def _require_matplotlib() -> None:
    from etude.extras import install_command, missing_extras

    if missing := missing_extras(["plots"]):
        raise EtudeError("--png", "needs matplotlib, not installed here", install_command(missing))
