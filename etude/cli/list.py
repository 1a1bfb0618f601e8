"""`etude list`: the exercises, by chapter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from etude.chapters import chapters_called
from etude.cli.banks import bank_options, load_catalog
from etude.exercise import Framework, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etude.exercise import Exercise


@click.command("list")
@click.option("--chapter", metavar="CH", help="Only this chapter: 2, q02 or activations.")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="Only this level.")
@click.option("--framework", type=click.Choice([fw.value for fw in Framework]), help="Only this framework.")
@click.option("--todo", is_flag=True, help="Only those without full marks yet.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@bank_options
def command(
    chapter: str | None,
    level: str | None,
    framework: str | None,
    todo: bool,
    as_json: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """List the exercises, with your best score in each."""
    from etude.cli.attempts import best as best_scores

    exercises = [*load_catalog(bank, only_bank)]
    if chapter is not None:
        wanted = chapters_called(chapter, (exercise.chapter for exercise in exercises), f"--chapter {chapter}")
        exercises = [exercise for exercise in exercises if exercise.chapter in wanted]
    best = best_scores()
    chosen = [
        exercise
        for exercise in exercises
        if level in (None, exercise.level)
        and framework in (None, exercise.framework)
        and not (todo and best.get(exercise.id, 0.0) >= 1.0)
    ]
    if as_json:
        for exercise in chosen:
            click.echo(json.dumps(_row(exercise, best.get(exercise.id))))
    elif chosen:
        _show(chosen, best)
    else:
        click.echo("No exercise is left by these options.", err=True)


def _show(exercises: Sequence[Exercise], best: dict[str, float]) -> None:
    from etude.cli.message import console
    from etude.extras import missing_extras
    from etude.render.listing import render_list

    extras = dict.fromkeys(extra for exercise in exercises for extra in exercise.required_extras)
    render_list(exercises, best, missing_extras(extras), console())


def _row(exercise: Exercise, best: float | None) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "title": exercise.title,
        "chapter": exercise.chapter,
        "level": exercise.level.value,
        "minutes": exercise.minutes,
        "framework": exercise.framework.value,
        "extras": list(exercise.required_extras),
        "speed": bool(exercise.speed),
        "best": best,
    }
