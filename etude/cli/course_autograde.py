"""`etude course autograde`: nbgrader's submissions graded by étude's judge, into nbgrader's gradebook."""

from __future__ import annotations

import os
from pathlib import Path

import click

from etude.cli.banks import bank_options, load_catalog
from etude.cli.bar import slowly
from etude.cli.message import say
from etude.cli.options import feedback_option, unisolated_option, workers_option
from etude.cli.outcomes import follow, say_known
from etude.words import counted

BAD_INPUT, OUR_FAULT = 2, 3


@click.command("autograde")
@click.argument("assignment", metavar="NAME")
@click.option("--course", "place", type=click.Path(file_okay=False, path_type=Path), default=Path("."),
              help="The course's directory.  [default: the current one]")  # fmt: skip
@click.option("--student", "students", multiple=True, help="Only this student; repeatable.")
@workers_option
@feedback_option
@unisolated_option
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    assignment: str,
    place: Path,
    students: tuple[str, ...],
    workers: int | None,
    feedback: str,
    allow_unisolated: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Grade the submissions to assignment NAME, as `nbgrader autograde` does, without a kernel.

    Of a notebook only the answer's cell is graded, confined, and in parallel with others. Scores and comments go into
    the gradebook, notebooks into autograded/; formgrade, generate_feedback and export work on them as ever. Grades by
    hand stay. Everyone gets the same inputs, drawn from the course's secret seed in .etude/. Stopped and started
    again, it goes on where it was.

    Exit status: 0 all that was handed in is graded (a notebook that was not gets a line, and no points); 2 some of it
    was left out, or no answer could be read in it; 3 a fault of étude's own.
    """
    from etude.extras import require_extras

    require_extras("etude course", ["course"])
    say(f"reading {assignment} …")  # nbgrader takes its time to be imported
    from etude.batch.grading import plan, run
    from etude.coursework.nbgrader.autograde import Reader, course_store, submissions, write_all
    from etude.coursework.nbgrader.course import Course
    from etude.judge.job import GradeOptions

    course = Course.open(place)
    chosen = course.assignment(assignment, load_catalog(bank, only_bank))
    for exercise in chosen.exercises.values():
        require_extras(exercise.id, exercise.required_extras)
    found = submissions(course, chosen, students)
    for line in (*found.problems, *found.notes):
        say(line)
    store, options = course_store(course, chosen), GradeOptions(allow_unisolated=allow_unisolated)
    todo = plan(found.entries, store, options, read=Reader(chosen))
    say_known(todo.known)
    outcomes = run(todo.tasks, store, options, workers or os.cpu_count() or 1, private=course.private)
    failed = follow(outcomes, len(todo.tasks))
    left_out = 0
    entered = write_all(course, chosen, found, store, failed, exam=feedback == "exam")
    for written in slowly(entered, len(found.students), "entering grades", "grades entered:"):
        for line in written.notes:
            say(f"{written.student}: {line}")
        if written.problem:
            left_out += 1
            say(written.problem)
    click.echo(f"{assignment}: {counted(len(found.students) - left_out, 'student')} in the gradebook")
    ctx.exit(OUR_FAULT if failed else BAD_INPUT if found.problems or left_out else 0)
