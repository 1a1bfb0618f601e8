"""`etude course export`: a graded batch for the gradebook, or the CI system, that a course already has."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.message import say
from etude.cli.options import feedback_option
from etude.cli.output import refuse_to_overwrite, write_file
from etude.errors import EtudeError
from etude.words import counted

if TYPE_CHECKING:
    from etude.coursework.grades import Grades

LEFT_OUT = 2
TABLES = ("nbgrader", "canvas", "moodle")


@click.command("export")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--format", "kind", type=click.Choice([*TABLES, "junit", "gradescope"]), required=True)
@click.option("--to", type=click.Path(path_type=Path), required=True, help="A file; for gradescope a folder.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    help="The course's people, as Canvas or Moodle exported them, or as nbgrader imports them (CSV).",
)
@feedback_option
@click.option("--force", is_flag=True, help="Replace what is there.")
@click.pass_context
def command(
    ctx: click.Context, out: Path, kind: str, to: Path, roster: Path | None, feedback: str, force: bool
) -> None:
    """Write the grades that `etude batch DIR --out OUT` found as another program reads them.

    \b
    nbgrader    the CSV file of `nbgrader export`
    canvas      CSV to import into the gradebook; with --roster, rows in the order of the one that Canvas exported
    moodle      CSV for the grade import, with feedback; with --roster, identified by e-mail address or ID number
    junit       XML: a suite for each student and exercise, a case for each check
    gradescope  a folder: STUDENT/results.json

    Exit status: 0, or 2 where grades of some students are left out.
    """
    from etude.coursework.exports.graded import read_grades

    exam = feedback == "exam"
    if roster is not None and kind not in TABLES:
        raise EtudeError("--roster", f"{kind} has no use for one", "leave it out")
    if kind == "gradescope":
        _refuse_folder(to, force)
    else:
        refuse_to_overwrite(to, force)
    grades = read_grades(out)
    left_out = False
    if kind == "gradescope":
        _write_results(grades, to, exam)
    elif kind == "junit":
        from etude.coursework.exports.junit import junit_xml

        write_file(to, junit_xml(grades, exam), force)
    else:
        text, left_out = _table(grades, kind, roster, exam)
        write_file(to, text.encode(), force)
    click.echo(f"{counted(len(grades.results), 'answer')} of {counted(len(grades.students), 'student')}: {to}")
    ctx.exit(LEFT_OUT if left_out else 0)


def _table(grades: Grades, kind: str, path: Path | None, exam: bool) -> tuple[str, bool]:
    """The table, and whether someone's grades are not in it; tells who was not found, on either side."""
    from etude.coursework.exports import canvas, moodle, nbgrader

    reader = {"nbgrader": nbgrader.read, "canvas": canvas.read, "moodle": moodle.read}[kind]
    roster, matching = reader(path, grades) if path is not None else (None, None)
    for line in (*matching.strangers, *matching.absent) if matching else ():
        say(line)
    left_out = bool(matching and matching.strangers)
    if kind == "nbgrader":
        return nbgrader.nbgrader_csv(grades, matching, roster), left_out
    if kind == "canvas":
        return canvas.canvas_csv(grades, matching, roster), left_out
    return moodle.moodle_csv(grades, matching, roster, exam), left_out


def _refuse_folder(to: Path, force: bool) -> None:
    if not os.path.lexists(to):
        return
    if not to.is_dir():
        raise EtudeError(to, "is not a folder", "name another")
    if any(to.iterdir()) and not force:
        raise EtudeError(to, "is not empty", "name another folder, or write into it with --force")


def _write_results(grades: Grades, to: Path, exam: bool) -> None:
    from etude.batch.store import file_name
    from etude.coursework.gradescope.results import of_student

    for student in grades.students:
        path = to / file_name(student) / "results.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EtudeError(path.parent, f"cannot be made ({error.strerror})", "name another folder") from None
        write_file(path, json.dumps(of_student(grades, student, exam), indent=2).encode(), force=True)
