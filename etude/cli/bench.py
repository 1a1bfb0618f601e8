"""`etude bench`: the times of one attempt beside the reference's and those of earlier attempts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.cli.grade import progress, usual_file
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.exercise import Exercise
    from etude.judge.job import GradeOptions
    from etude.practice.bench import Bench
    from etude.practice.machine import Peaks
    from etude.submission import Submission

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("bench")
@exercise_argument
@click.argument("file", required=False, type=click.Path(allow_dash=True), metavar="[FILE]")
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write the times for `pytest-benchmark compare`.")
@click.option(
    "--png", type=_FILE, metavar="FILE", help="Draw time against size, over this machine's roofline (needs matplotlib)."
)
@click.option("--force", is_flag=True, help="Replace FILE where it is already there.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True)
@click.option("--allow-unisolated", is_flag=True, help="Run the answer even where the kernel cannot confine it.")
@bank_options
def command(
    exercise: str,
    file: str | None,
    json_file: Path | None,
    png: Path | None,
    force: bool,
    device: str,
    allow_unisolated: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Compare the times of an attempt with the reference's.

    And with those of your earlier attempts. FILE is ./EX.py where none is named. Nothing is recorded; `etude grade`
    does that.
    """
    from etude.cli.output import refuse_to_overwrite, write_file
    from etude.extras import require_extras
    from etude.judge.job import GradeOptions
    from etude.submission import Submission

    catalog = load_catalog(bank, only_bank)
    found = catalog.get(exercise)
    if not found.speed:
        timed = [each.id for each in catalog if each.speed]
        raise EtudeError(found.id, "has no speed check", f"choose among {', '.join(timed) or 'those of another bank'}")
    require_extras(found.id, [*found.required_extras, *(["plots"] if png else [])])
    for path in (json_file, png):
        if path is not None:
            refuse_to_overwrite(path, force)
            _require_folder(path)
    submission = Submission.read(file or usual_file(found.id), found.id)
    options = GradeOptions(device=device, allow_unisolated=allow_unisolated)
    benches, peaks = _measured(found, submission, options, sizes=png is not None)
    _show(benches, peaks)
    if json_file is not None:
        from etude.practice.bench import as_json

        write_file(json_file, as_json(found, benches).encode(), force)
        click.echo(f"{json_file} holds the times: pytest-benchmark compare {json_file}")
    if png is not None:
        _draw(found, benches, peaks, png, force)


def _require_folder(path: Path) -> None:
    """Asked before anything is measured."""
    if not path.parent.is_dir():
        raise EtudeError(path, f"cannot be written ({path.parent} is not a folder)", "make it, or name another file")
    if not os.access(path.parent, os.W_OK):
        raise EtudeError(path, f"cannot be written ({path.parent} may not be written to)", "name another file")


def _measured(
    exercise: Exercise, submission: Submission, options: GradeOptions, sizes: bool
) -> tuple[list[Bench], Peaks]:
    """Each speed check, compared; with `sizes` also timed at several, where it knows them."""
    from dataclasses import replace

    from etude.attempts import Attempts
    from etude.cli.attempts import with_database
    from etude.database import data_folder
    from etude.judge.client import Judge
    from etude.practice.bench import EARLIER, at_sizes, compare, timed_checks
    from etude.practice.machine import peaks

    name = submission.name
    with Judge(private=[data_folder()]) as judge, progress(f"timing {name}") as tell:
        report = judge.grade(exercise, submission, options, tell)
        if not (found := timed_checks(report)):
            raise EtudeError(name, "was not timed", f"mend it first: etude grade {exercise.id} {name}")
        earlier = with_database(
            lambda database: Attempts(database).newest(exercise.id, EARLIER), "earlier attempts are not shown"
        )
        benches = [compare(check, earlier or []) for check in found]
        if sizes:
            benches = [
                replace(bench, sizes=tuple(at_sizes(judge, exercise, submission, options, bench.check, tell)))
                for bench in benches
            ]
        tell("what this machine can do at best")
        return benches, peaks(report.device)


def _show(benches: list[Bench], peaks: Peaks) -> None:
    from etude.cli.message import console
    from etude.render.bench import render_bench

    out = console()
    for bench in benches:
        for part in render_bench(bench, peaks):
            out.print(part, highlight=False)


def _draw(exercise: Exercise, benches: list[Bench], peaks: Peaks, png: Path, force: bool) -> None:
    from etude.cli.output import write_file
    from etude.render.roofline import roofline_png

    scaling = [bench for bench in benches if bench.sizes]
    if not scaling:
        raise EtudeError(exercise.id, "is timed at one size only, so that there is nothing to draw", "leave --png out")
    write_file(png, roofline_png(exercise.id, scaling[0], peaks), force)
    click.echo(f"{png} shows time against size.")
