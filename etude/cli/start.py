"""`etude start`: a stub to begin from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.errors import EtudeError


@click.command("start")
@exercise_argument
@click.argument("folder", type=click.Path(), metavar="[DIR]", default=".")
@click.option("--force", is_flag=True, help="Begin again; the file that is there is kept as EX.py.1, EX.py.2, …")
@click.option(
    "--notebook", is_flag=True, help="Write a notebook, EX.ipynb: the prompt, the stub, a cell that grades it."
)
@bank_options
def command(exercise: str, folder: str, force: bool, notebook: bool, bank: tuple[str, ...], only_bank: bool) -> None:
    """Write an exercise's stub as EX.py, in this folder or in DIR."""
    from etude.cli.attempts import note
    from etude.events import EventKind
    from etude.practice.stub import write_stub

    found = load_catalog(bank, only_bank).get(exercise)
    path = Path(folder, f"{found.id}.{'ipynb' if notebook else 'py'}")
    if folder.endswith((".py", ".ipynb")):
        fix = f"leave it out to write {path.name} here, or name a folder"
        raise EtudeError(folder, f"looks like a file, and DIR is a folder: {path.name} is written in it", fix)
    kept = write_stub(found, path, force)
    note(EventKind.START, found.id)
    if kept is not None:
        click.echo(f"{kept} keeps what was in {path}.")
    click.echo(f"{path} is yours to fill in.")
    here = folder == "."
    if notebook:
        first = f"etude lab {found.id}{'' if here else f' --folder {shlex.quote(folder)}'}", "open it"
    else:
        first = f"etude show {found.id}", "what it asks"
    named = notebook or not here  # EX alone is EX.py in this folder, where that is there
    grade = f"etude grade {found.id}{f' {shlex.quote(str(path))}' if named else ''}", "grade it"
    width = max(len(first[0]), len(grade[0]))
    for line, what in (first, grade):
        click.echo(f"  {line:<{width}}  {what}")
