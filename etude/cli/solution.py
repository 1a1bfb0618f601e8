"""`etude solution`: the reference answer, explained."""

from __future__ import annotations

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog


@click.command("solution")
@exercise_argument
@bank_options
def command(exercise: str, bank: tuple[str, ...], only_bank: bool) -> None:
    """Show the reference answer, explained.

    Into a pipe or a file it goes as it is.
    """
    from etude.cli.message import console
    from etude.metadata import read_text

    found = load_catalog(bank, only_bank).get(exercise)
    source = read_text(found.solution_path)
    terminal = console()
    if not terminal.is_terminal:
        click.echo(source, nl=False)
        return
    from etude.render.page import render_solution

    render_solution(source, terminal)
