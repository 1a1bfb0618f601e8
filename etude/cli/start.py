"""`etude start`: a stub to begin from."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.errors import EtudeError


@click.command("start")
@exercise_argument
@click.argument("folder", type=click.Path(), metavar="[DIR]", default=".")
@click.option("--force", is_flag=True, help="Begin again; the file that is there is kept as EX.py.1, EX.py.2, …")
@bank_options
def command(exercise: str, folder: str, force: bool, bank: tuple[str, ...], only_bank: bool) -> None:
    """Write an exercise's stub as EX.py, in this folder or in DIR."""
    from etude.cli.attempts import note
    from etude.events import EventKind
    from etude.metadata import read_text

    found = load_catalog(bank, only_bank).get(exercise)
    stub = read_text(found.stub_path)
    path = Path(folder, f"{found.id}.py")
    kept = _write(path, stub, found.id, force)
    note(EventKind.START, found.id)
    if kept is not None:
        click.echo(f"{kept} keeps what was in {path}.")
    file = "" if folder == "." else f" {shlex.quote(str(path))}"
    click.echo(f"{path} is yours to fill in.")
    click.echo(f"  etude show {found.id}    what it asks")
    click.echo(f"  etude grade {found.id}{file}   grade it")


def _write(path: Path, text: str, exercise: str, force: bool) -> Path | None:
    """Write a new file; where there was one, the name that it is kept under."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = _put_aside(path) if force and os.path.lexists(path) else None
        with path.open("x", encoding="utf-8") as file:  # "x": never over a file that has just come
            file.write(text)
    except FileExistsError as error:
        if str(error.filename) != str(path):
            raise EtudeError(error.filename, "is not a directory", "name another DIR") from None
        fix = f"`etude grade {exercise}` grades it; --force begins again and keeps it as {path.name}.1"
        raise EtudeError(path, "is already there", fix) from None
    except OSError as error:
        raise EtudeError(path, f"cannot be written ({error.strerror})", "name another DIR") from None
    return kept


def _put_aside(path: Path) -> Path:
    number = next(n for n in range(1, 1_000_000) if not os.path.lexists(f"{path}.{n}"))
    return path.rename(f"{path}.{number}")
