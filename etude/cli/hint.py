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
    from etude.practice.solution import is_open
    from etude.render.page import render_hints

    found = load_catalog(bank, only_bank).get(exercise)
    refuse_in_interview(found.id)
    known = with_database(
        lambda database: (Events(database).of(subject=found.id), is_open(database, found.id)),
        "hints seen are not known, and this was not noted",
    )
    events, free = known or ([], False)
    hint = next_hint(found, events)
    if hint is not None and known is not None:  # or the same would be told twice
        note(EventKind.HINT, found.id, number=hint.number)
    solution = f"etude solution {found.id}{'' if free else ' --give-up'}"
    render_hints(seen_hints(found, events), hint, len(found.hints), solution, console())
