"""`etude hint`: the next hint."""

from __future__ import annotations

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog


@click.command("hint")
@exercise_argument
@bank_options
def command(exercise: str, bank: tuple[str, ...], only_bank: bool) -> None:
    """Show the next hint, below those seen before."""
    from etude.cli.attempts import note, with_database
    from etude.cli.message import console
    from etude.events import EventKind, Events
    from etude.practice.hints import next_hint, seen_hints
    from etude.practice.mock_store import refuse_in_interview
    from etude.render.page import render_hints

    found = load_catalog(bank, only_bank).get(exercise)
    refuse_in_interview(found.id)
    seen_before = with_database(lambda database: Events(database).of(subject=found.id), "hints seen are not known")
    events = seen_before or []
    hint = next_hint(found, events)
    if hint is not None:
        note(EventKind.HINT, found.id, number=hint.number)
    render_hints(found, seen_hints(found, events), hint, console())
