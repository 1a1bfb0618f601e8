"""`etude audit`: are the graders right? For authors of exercises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from etude.authoring.fault import Fault
from etude.authoring.section import Section
from etude.cli.banks import ExerciseName, bank_options, load_catalog
from etude.cli.bar import bar
from etude.errors import CatalogError, EtudeError
from etude.words import counted

if TYPE_CHECKING:
    from etude.authoring.plan import Finding, Scope
    from etude.authoring.summary import Summary
    from etude.catalog import Catalog
    from etude.exercise import Exercise


def _count(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """A number, or None for all."""
    if value == "all":
        return None
    if not value.isdecimal():
        raise click.BadParameter("give a number, or `all`")
    return int(value)


@click.command("audit")
@click.argument("names", nargs=-1, type=ExerciseName(), metavar="[EX]...")
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True, help="How many, for each answer.")
@click.option(
    "--mutants", callback=_count, default="20", show_default=True, metavar="N|all", help="How many of each reference."
)
@click.option(
    "--only",
    type=click.Choice([section.value for section in Section]),
    multiple=True,
    help="Only this section; repeatable.",
)
@click.option("--rotate", type=click.IntRange(min=1), metavar="N", help="Only N exercises, others each day.")
@click.option("--anew", is_flag=True, help="Grade again what an earlier audit has graded.")
@click.option("--write", is_flag=True, help="Write each misconceptions.json that is missing or out of date.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, and nothing else, on standard output.")
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    seeds: int,
    mutants: int | None,
    only: tuple[str, ...],
    rotate: int | None,
    anew: bool,
    write: bool,
    as_json: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Audit exercises: are their graders right?

    \b
    structure   every file there, none astray; stub, prompt and reference agree
    right       right answers get full marks on every seed
    wrong       wrong answers lose marks at the checks that they name
    mutants     the reference changed in one place loses marks
    hollow      answers without values earn no marks for values
    steadiness  the same seed gives the same verdict again
    cost        nothing is imported in a worker; which exercises are slow
    misconceptions  wrong answers are named right; misconceptions.json is up to date
    quiz        each quick question is in order whatever values are drawn

    An audit that was stopped goes on where it was when it is run again the same day.

    Exit status: 0 nothing wrong, 1 faults found, 2 bad input.
    """
    _require_cosmic_ray()
    from etude.authoring.plan import Scope, rotating
    from etude.authoring.summary import Summary
    from etude.extras import missing_extras
    from etude.render.visible import visible_line

    scope = Scope.of((Section(name) for name in only or Section), seeds, mutants, write)
    catalog = load_catalog(bank, only_bank)
    exercises, faults = _read(catalog, names)
    if rotate:
        exercises = rotating(exercises, rotate, scope.day)
    if Section.STRUCTURE in scope.sections and not names:
        faults += _astray(catalog)
    if Section.QUIZ in scope.sections and not names:
        faults += _quizzes(catalog)
    summary = Summary(exercises)

    def hear(finding: Finding) -> None:
        if not as_json and isinstance(finding, Fault) and finding not in summary.faults:
            click.echo(visible_line(str(finding)))
        summary.add(finding)

    for fault in (*faults, *_without_extras(exercises)):
        hear(fault)
    _run([exercise for exercise in exercises if not missing_extras(exercise.required_extras)], scope, anew, hear)
    if not names:
        for fault in _too_few_named(catalog, summary):
            hear(fault)
    if as_json:
        click.echo(json.dumps(summary.to_json()))
    else:
        _show(summary)
    ctx.exit(1 if summary.faults else 0)


def _require_cosmic_ray() -> None:
    from etude.extras import install_command, missing_extras

    if missing := missing_extras(["authoring"]):
        raise EtudeError("etude audit", "needs cosmic-ray, not installed here", install_command(missing))


def _read(catalog: Catalog, names: Sequence[str]) -> tuple[list[Exercise], list[Fault]]:
    """The exercises asked for (all where none is named), and a fault for each whose metadata cannot be read."""
    from etude.metadata import read_exercise

    if names:
        return [catalog.get(name) for name in dict.fromkeys(names)], []
    exercises, faults = [], []
    for place in sorted(catalog.places):
        try:
            exercises.append(read_exercise(place))
        except CatalogError as error:
            faults.append(Fault(place, error.problem, error.fix))
    return exercises, faults


def _astray(catalog: Catalog) -> list[Fault]:
    from etude.authoring.structure import audit_folders

    return [fault for bank in catalog.banks for fault in audit_folders(bank)]


def _quizzes(catalog: Catalog) -> Iterator[Fault]:
    from etude.authoring.quiz import audit_quizzes

    return audit_quizzes(catalog.banks)


def _too_few_named(catalog: Catalog, summary: Summary) -> Iterator[Fault]:
    from etude.authoring.misconceptions import too_few

    return too_few(catalog.banks[0], *summary.named)


def _without_extras(exercises: Sequence[Exercise]) -> Iterator[Fault]:
    from etude.extras import install_command, missing_extras

    for exercise in exercises:
        if missing := missing_extras(exercise.required_extras):
            problem = f"needs {' and '.join(missing)} to be audited"
            yield Fault(exercise.metadata_path, problem, install_command(missing))


def _run(exercises: Sequence[Exercise], scope: Scope, anew: bool, hear: Callable[[Finding], None]) -> None:
    """`hear` is told of each finding as it comes; the ledger keeps what was graded, also when interrupted."""
    from etude.authoring.audit import run
    from etude.authoring.ledger import Ledger, default_path
    from etude.authoring.plan import tasks

    planned = [task for exercise in exercises for task in tasks(exercise, scope)]
    ledger = Ledger(default_path(), forget=anew)
    try:
        with bar("auditing", "audited", len(planned)) as advance:
            for finding in run(planned, ledger, lambda task: advance(f"{task.exercise.id:<28}")):
                hear(finding)
    finally:
        ledger.close()


def _show(summary: Summary) -> None:
    from etude.cli.message import console

    out = console()
    out.print(summary.table())
    if summary.costs:
        slow = ", ".join(f"{cost.exercise.id} {cost.seconds:.2f} s" for cost in summary.slowest)
        testimony = sum(len(cost.testimony) for cost in summary.costs.values())
        checks = sum(cost.checks for cost in summary.costs.values())
        out.print(f"warm: {summary.median_seconds:.2f} s (median); slowest: {slow}", style="dim")
        out.print(f"checks: {checks}, of which {testimony} rest on testimony", style="dim")
    named, of = summary.named
    if of:
        out.print(f"misconceptions named right: {named:,} of {of:,} ({named / of:.1%})", style="dim")
    count = len(summary.faults)
    out.print(counted(count, "fault"), style="bold red" if count else "bold green")
