"""`etude course new`: an nbgrader course, or another assignment in one."""

from __future__ import annotations

from pathlib import Path

import click

from etude.cli.banks import ExerciseName, bank_options, load_catalog


@click.command("new")
@click.argument("place", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.argument("exercises", type=ExerciseName(), nargs=-1, required=True, metavar="EX...")
@click.option("--assignment", required=True, metavar="NAME", help="What the exercises are handed out as.")
@bank_options
def command(place: Path, exercises: tuple[str, ...], assignment: str, bank: tuple[str, ...], only_bank: bool) -> None:
    """Make an nbgrader course of exercises.

    DIR gets nbgrader's configuration, and a notebook for each exercise in source/NAME: prompt, answer, an example to
    try, and the tests, which ask étude's judge. A course that is there gets another assignment.
    """
    from etude.coursework.nbgrader.source import new_course
    from etude.extras import require_extras

    require_extras("etude course", ["course"])
    catalog = load_catalog(bank, only_bank)
    chosen = [catalog.get(name) for name in dict.fromkeys(exercises)]
    for exercise in chosen:
        require_extras(exercise.id, exercise.required_extras)
    for path in new_course(place, assignment, chosen):
        click.echo(f"wrote {path}")
    click.echo(f"`nbgrader generate_assignment {assignment!r}` in {place} writes what students get.")
