"""`etude start`: a stub to begin from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog


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
    kept = write_stub(found, path, force)
    note(EventKind.START, found.id)
    if kept is not None:
        click.echo(f"{kept} keeps what was in {path}.")
    click.echo(f"{path} is yours to fill in.")
    if notebook:
        click.echo(f"  etude lab {found.id}{'' if folder == '.' else f' --folder {shlex.quote(folder)}'}    open it")
    else:
        click.echo(f"  etude show {found.id}    what it asks")
    click.echo(f"  etude grade {found.id}{'' if folder == '.' else f' {shlex.quote(str(path))}'}   grade it")
