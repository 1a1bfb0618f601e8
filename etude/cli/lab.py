"""`etude lab`: JupyterLab on the notebooks of exercises."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import ExerciseName, bank_options, load_catalog
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.exercise import Exercise


@click.command("lab")
@click.argument("arguments", nargs=-1, type=ExerciseName(), metavar="[EX]... [-- JUPYTER OPTIONS]")
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="Where the notebooks are.  [default: .]")
@bank_options
def command(arguments: tuple[str, ...], folder: Path, bank: tuple[str, ...], only_bank: bool) -> None:
    """Open JupyterLab on exercises' notebooks.

    Writes EX.ipynb for each exercise named, where there is none, and opens the first of them; without a name, opens
    the folder. What follows `--` is JupyterLab's: `etude lab softmax -- --no-browser --port 8899`.
    """
    from etude.extras import install_command, missing_extras

    if missing_extras(["notebook"]):
        raise EtudeError("JupyterLab", "is not installed here", install_command(["notebook"]))
    options = next((n for n, argument in enumerate(arguments) if argument.startswith("-")), len(arguments))
    catalog = load_catalog(bank, only_bank)
    notebooks = [_notebook(catalog.get(name), folder) for name in arguments[:options]]
    if not notebooks and not folder.is_dir():
        raise EtudeError(folder, "is not a directory", "name an exercise to begin in it, or another folder")
    place = notebooks[0] if notebooks else folder
    jupyter = [sys.executable, "-m", "jupyterlab", str(place.resolve()), *arguments[options:]]
    os.execve(sys.executable, jupyter, _environment(bank, only_bank))


def _notebook(exercise: Exercise, folder: Path) -> Path:
    """The exercise's notebook in `folder`; written where there is none."""
    from etude.cli.attempts import note
    from etude.events import EventKind
    from etude.practice.stub import write_stub

    path = folder / f"{exercise.id}.ipynb"
    if not path.exists():
        write_stub(exercise, path)
        note(EventKind.START, exercise.id)
        click.echo(f"{path} is yours to fill in.")
    return path


def _environment(bank: tuple[str, ...], only_bank: bool) -> dict[str, str]:
    """The kernels look in the same banks as this command, wherever they run."""
    banks = os.pathsep.join(os.path.abspath(Path(folder).expanduser()) for folder in bank)
    return {**os.environ, "ETUDE_BANK": banks, "ETUDE_ONLY_BANK": str(int(only_bank))}
