"""`etude batch`: a class's answers, graded in parallel."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog
from etude.cli.message import say
from etude.cli.options import unisolated_option, workers_option
from etude.cli.outcomes import follow, say_known
from etude.errors import EtudeError
from etude.words import counted

if TYPE_CHECKING:
    from etude.coursework.grades import Grades

BAD_INPUT, OUR_FAULT = 2, 3


@click.command("batch")
@click.argument("place", type=click.Path(path_type=Path), metavar="DIR|TABLE")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where the results go.")
@workers_option
@click.option(
    "--cluster", metavar="tcp://HOST:PORT|FILE", help="Grade on a dask.distributed cluster (or its scheduler file)."
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Draw these inputs for everyone. [default: secret]")
@click.option("--no-speed", is_flag=True, help="Leave the speed checks out.")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu", show_default=True)
@unisolated_option
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    place: Path,
    out: Path,
    workers: int | None,
    cluster: str | None,
    seed: int | None,
    no_speed: bool,
    device: str,
    allow_unisolated: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Grade a class's answers: DIR/<student>/<exercise>.py or .ipynb.

    Or those that a CSV file with the columns student, exercise and file names. OUT holds grades.csv, summary.html with
    a page for each student, and a JSON file for each answer. Stopped at any moment and started again, it goes on where
    it was. Everyone gets the same inputs, drawn from a secret seed that is kept in OUT.

    Exit status: 0 all graded, 2 some answers or files were left out, 3 a fault of étude's own.
    """
    from etude.judge.launchers import Launchers

    launchers = ctx.with_resource(Launchers()) if cluster is None else None  # its own imports run beside ours

    from etude.batch.entries import handed_in
    from etude.batch.grading import plan, run
    from etude.batch.store import Store
    from etude.coursework.grades import Grades
    from etude.extras import require_extras
    from etude.judge.job import GradeOptions

    if place.is_dir() and place.resolve() in (out.resolve(), *out.resolve().parents):
        raise EtudeError(out, f"lies in {place}, beside what students handed in", "name a folder elsewhere with --out")
    found = handed_in(place, load_catalog(bank, only_bank))
    for problem in found.problems:
        say(problem)
    for exercise in dict.fromkeys(entry.exercise for entry in found.entries):
        require_extras(exercise.id, exercise.required_extras)
    store = Store.open(out, seed)
    options = GradeOptions(speed=not no_speed, device=device, allow_unisolated=allow_unisolated)
    todo = plan(found.entries, store, options)
    say_known(todo.known)
    if cluster is None:
        outcomes = run(todo.tasks, store, options, workers or os.cpu_count() or 1, launchers=launchers)
    else:
        require_extras("--cluster", ["cluster"])
        from etude.batch.cluster import run_on_cluster

        outcomes = run_on_cluster(todo.tasks, store, options, cluster, say)
    threading.Thread(target=_prepare_pages, daemon=True).start()  # while the frameworks are imported
    failed = follow(outcomes, len(todo.tasks))
    handed = {(entry.student, entry.exercise.id) for entry in found.entries}
    kept = list(store.results())
    results = [result for result in kept if result.key in handed]
    if len(results) < len(kept):
        more = counted(len(kept) - len(results), "answer")
        say(f"{out} holds {more} that {place} does not: left out of grades.csv and the pages")
    for result in results:
        if result.refused:
            who = f"{place / result.student}/" if place.is_dir() else f"{result.student}: "
            say(who + result.refused)
    grades = Grades.of(found.students, results)
    _write(out, place.name or str(place), grades)
    click.echo(
        f"{counted(len(results), 'answer')} of {counted(len(grades.students), 'student')}: "
        f"{out / 'grades.csv'}, {out / 'summary.html'}"
    )
    left_out = bool(found.problems) or any(result.refused for result in results)
    ctx.exit(OUR_FAULT if failed else BAD_INPUT if left_out else 0)


def _prepare_pages() -> None:
    from etude.render.class_page import prepare

    prepare()


def _write(out: Path, title: str, grades: Grades) -> None:
    from etude.batch.store import file_name
    from etude.cli.bar import slowly
    from etude.files import write_whole
    from etude.render.class_page import class_page, student_page

    pages = out / "students"
    pages.mkdir(exist_ok=True)
    write_whole(out / "grades.csv", grades.csv().encode())
    for student in slowly(grades.students, len(grades.students), "writing pages", "pages written:"):
        page = student_page(title, grades, student).encode()
        write_whole(pages / f"{file_name(student)}.html", page, durable=False)
    write_whole(out / "summary.html", class_page(title, grades).encode())
