"""`etude takehome grade`: verifies and grades what came back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.message import say
from etude.cli.options import workers_option
from etude.cli.outcomes import follow, say_known
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.takehome.folder import Folder
    from etude.takehome.submissions import Handed

BAD_INPUT, OUR_FAULT = 2, 3


@click.command("grade")
@click.argument("root", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.argument("submissions", nargs=-1, type=click.Path(path_type=Path), metavar="SUBMISSION.zip…")
@workers_option
@click.option("--blind", is_flag=True, help="Show pseudonyms instead of names.")
@click.pass_context
def command(ctx: click.Context, root: Path, submissions: tuple[Path, ...], workers: int | None, blind: bool) -> None:
    """Verify and grade what candidates sent back; without a SUBMISSION, what was received before.

    Each file is kept as it came. What is not a candidate's own, or was tampered with, is told in a line, and the others
    go on. Of a candidate's several submissions the last counts. Answers run confined by the kernel, or not at all.

    Exit status: 0 all graded, 2 some files were refused, 3 a fault of étude's own.
    """
    from etude.extras import require_extras

    require_extras("etude takehome", ["takehome"])
    from etude.takehome.folder import Folder
    from etude.takehome.grading import grade, prepare
    from etude.takehome.received import those_that_count

    folder = Folder.open(root)
    exercises = folder.exercises()
    for exercise in exercises:
        require_extras(exercise.id, exercise.required_extras)
    refused = _received(folder, submissions)
    handed = those_that_count(folder)
    work = prepare(folder, handed, exercises)
    say_known(work.plan.known)
    outcomes = grade(folder, work, workers or os.cpu_count() or 1)
    failed = follow(outcomes, len(work.plan.tasks))
    _tell(folder, handed, blind or folder.settings.blind)
    ctx.exit(OUR_FAULT if failed else BAD_INPUT if refused else 0)


def _received(folder: Folder, submissions: tuple[Path, ...]) -> bool:
    """Whether any was refused."""
    from etude.errors import SubmissionError
    from etude.takehome.candidates import read_names
    from etude.takehome.received import read_received, receive

    known = read_names(folder.names)
    refused = False
    for path in submissions:
        try:
            read_received(folder, receive(folder, path), known)
        except SubmissionError as error:
            say(str(error))
            refused = True
    return refused


def _tell(folder: Folder, handed: Mapping[str, Handed], blind: bool) -> None:
    """A line a candidate, and one for whatever a person should weigh."""
    from etude.render.visible import visible_line
    from etude.takehome.dossiers import dossiers

    found = dossiers(folder, handed, blind)
    for dossier in found.values():
        late = f", {dossier.late.total_seconds() / 60:.0f} minutes late" if dossier.late else ""
        click.echo(visible_line(f"{dossier.candidate}: {dossier.score} of {dossier.maximum} points{late}"))
        refused = [result.refused for result in dossier.results.values() if result.refused]
        missing = [f"{each.id}: no answer" for each in dossier.exercises if each.id not in dossier.results]
        for line in (*dossier.remarks, *refused, *missing):
            say(f"{dossier.candidate}: {line}")
    if not found:
        raise EtudeError(folder.root, "nothing that counts was received", "give the zips that candidates sent back")
    click.echo(f"Next: etude takehome report {folder.root}")
