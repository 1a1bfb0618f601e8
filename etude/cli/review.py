"""`etude review`: what was learnt comes back before it is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog

if TYPE_CHECKING:
    from etude.events import Event
    from etude.exercise import Exercise


@click.command("review")
@click.option("--list", "as_list", is_flag=True, help="Only list every exercise under review, with its due date.")
@bank_options
def command(as_list: bool, bank: tuple[str, ...], only_bank: bool) -> None:
    """Bring back the exercise that has been due the longest.

    It comes as a clean stub, EX.py in this folder; a file that is there is kept as EX.py.1, EX.py.2, …

    Every exercise that you have solved, or whose solution you have seen, comes back: the harder it was, the sooner.
    Gradings rate themselves: full marks at the first try are easy, later ones good, with hints hard; an exercise that
    was given up begins again.
    """
    from etude.cli.attempts import open_database
    from etude.cli.message import console
    from etude.events import EventKind, Events
    from etude.practice.review import cards
    from etude.render.review import render_due, render_reviews

    now = datetime.now(UTC)
    events = Events(open_database())
    catalog = load_catalog(bank, only_bank)
    reviews = [event for event in events.of(EventKind.REVIEW) if event.subject in catalog.ids]
    dates = sorted((card.due, exercise) for exercise, card in cards(reviews).items())
    if not dates:
        click.echo("Nothing is under review yet: an exercise is from its first full marks on.")
        return
    if as_list:
        render_reviews(dates, now, console())
        return
    render_due(dates, now, console())
    overdue = [(since, exercise) for since, exercise in dates if since <= now]
    if overdue:
        since, exercise = _first_gradable([(since, catalog.get(name)) for since, name in overdue])
        _bring_back(exercise, since, events.of(EventKind.START, subject=exercise.id))


def _first_gradable(overdue: list[tuple[datetime, Exercise]]) -> tuple[datetime, Exercise]:
    """The longest overdue of those that can be graded here; EtudeError where there is none."""
    from etude.extras import lacking, missing_extras

    for since, exercise in overdue:
        if not missing_extras(exercise.required_extras):
            return since, exercise
    first = overdue[0][1]
    raise lacking(first.id, missing_extras(first.required_extras))


def _bring_back(exercise: Exercise, since: datetime, starts: list[Event]) -> None:
    from etude.cli.attempts import note
    from etude.cli.message import console
    from etude.events import EventKind
    from etude.metadata import read_text
    from etude.practice.stub import write_stub
    from etude.render.page import render_prompt

    path = Path(f"{exercise.id}.py")
    begun = path.exists() and any(start.at >= since for start in starts)  # this very review, interrupted
    kept = None if begun else write_stub(exercise, path, force=True)
    if not begun:
        note(EventKind.START, exercise.id)
    click.echo()
    render_prompt(exercise, read_text(exercise.prompt_path), console())
    click.echo()
    if kept is not None:
        click.echo(f"{kept} keeps what was in {path}.")
    click.echo(f"{path} is begun already: go on in it." if begun else f"{path} is a clean stub, yours to fill in.")
    click.echo(f"  etude grade {exercise.id}   grade it")
