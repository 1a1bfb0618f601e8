"""`etude` alone: the dashboard."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.attempts import Score
    from etude.database import Database
    from etude.events import Event


@click.command("dashboard")
@bank_options
def command(bank: tuple[str, ...], only_bank: bool) -> None:
    from etude.cli.attempts import with_database
    from etude.cli.message import console
    from etude.extras import missing_extras
    from etude.practice.dashboard import Record, dashboard
    from etude.render.dashboard import render_dashboard

    exercises = [*load_catalog(bank, only_bank)]
    scores, events = with_database(_history, "your progress is not shown") or ([], [])
    extras = dict.fromkeys(extra for exercise in exercises for extra in exercise.required_extras)
    record = Record(scores, events, missing_extras(extras), _interview_left())
    render_dashboard(dashboard(exercises, record, datetime.now(UTC)), console())


def _history(database: Database) -> tuple[list[Score], list[Event]]:
    from etude.attempts import Attempts
    from etude.events import EventKind, Events

    return Attempts(database).scores(), Events(database).of(EventKind.START, EventKind.REVIEW)


def _interview_left() -> float | None:
    """Seconds; None where no interview is open."""
    from etude.cli.message import say
    from etude.practice.mock_store import load, state_path

    if not state_path().exists():
        return None
    try:
        interview = load()
    except EtudeError as error:
        say(str(error))
        return None
    return interview.left if interview else None
