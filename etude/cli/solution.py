"""`etude solution`: the reference answer, explained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.errors import EtudeError, SubmissionError

if TYPE_CHECKING:
    from etude.attempts import Attempt
    from etude.exercise import Exercise
    from etude.practice.solution import OwnAnswer


@click.command("solution")
@exercise_argument
@click.option("--give-up", is_flag=True, help="Before any attempt.")
@bank_options
def command(exercise: str, give_up: bool, bank: tuple[str, ...], only_bank: bool) -> None:
    """Show the reference answer, explained, beside yours.

    After an attempt. Into a pipe or a file it goes as it is.
    """
    from etude.attempts import Attempts
    from etude.cli.attempts import with_database
    from etude.cli.message import console
    from etude.metadata import read_text
    from etude.practice.mock_store import refuse_in_interview
    from etude.practice.solution import is_open, note_solution_seen

    found = load_catalog(bank, only_bank).get(exercise)
    refuse_in_interview(found.id)
    reference = read_text(found.solution_path)
    known = with_database(
        lambda database: (Attempts(database).latest(found.id), is_open(database, found.id)),
        "your last attempt is not shown, and this was not noted",
    )
    attempt, free = known or (None, False)
    if not (free or give_up):
        fix = f"`etude grade {found.id}` makes one; `etude solution {found.id} --give-up` shows it now"
        raise EtudeError(found.id, "its solution is shown after an attempt", fix)
    if known is not None:  # or the same would be told twice
        with_database(lambda database: note_solution_seen(database, found.id), "this was not noted")
    terminal = console()
    if not terminal.is_terminal:
        click.echo(reference, nl=False)
        return
    from etude.render.page import render_solution

    render_solution(reference, terminal, _own(found, attempt))


def _own(exercise: Exercise, attempt: Attempt | None) -> OwnAnswer | None:
    """The last attempt; before any, the file in this folder, unless it is still the stub."""
    from etude.metadata import read_text
    from etude.practice.solution import OwnAnswer

    file = _file(exercise.id)
    if attempt is not None:
        score = f"{attempt.report.score} of {attempt.report.maximum} points"
        other = f"; {exercise.id}.py in this folder differs from it" if file not in (None, attempt.source) else ""
        return OwnAnswer(attempt.source, f"your last attempt, {score}{other}")
    if file is None or file.strip() == read_text(exercise.stub_path).strip():
        return None
    return OwnAnswer(file, f"{exercise.id}.py, not graded yet")


def _file(exercise: str) -> str | None:
    from etude.submission import Submission

    path = Path(f"{exercise}.py")
    try:
        return Submission.read(path).source if path.exists() else None
    except SubmissionError:
        return None
