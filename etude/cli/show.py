"""`etude show`: an exercise's prompt."""

from __future__ import annotations

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog


@click.command("show")
@exercise_argument
@bank_options
def command(exercise: str, bank: tuple[str, ...], only_bank: bool) -> None:
    """Show what an exercise asks."""
    from etude.cli.message import console
    from etude.metadata import read_text
    from etude.render.page import render_prompt

    found = load_catalog(bank, only_bank).get(exercise)
    render_prompt(found, read_text(found.prompt_path), console())
