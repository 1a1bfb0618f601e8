"""`etude grade`: one or more answers to an exercise, graded by one warm host."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, exercise_argument, load_catalog
from etude.cli.message import say
from etude.cli.options import feedback_option, unisolated_option
from etude.errors import JudgeError, SubmissionError

if TYPE_CHECKING:
    from etude.exercise import Exercise
    from etude.judge.job import GradeOptions
    from etude.report import Report
    from etude.submission import Submission

FULL_MARKS, LESS, BAD_INPUT, OUR_FAULT = 0, 1, 2, 3


def _finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("give a number of seconds")
    return value


@click.command("grade")
@exercise_argument
@click.argument("files", nargs=-1, type=click.Path(allow_dash=True), metavar="[FILE]...")
@click.option("--json", "as_json", is_flag=True, help="One JSON report a line, and nothing else, on standard output.")
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Draw the same secret inputs again.")
@feedback_option
@click.option("--no-speed", is_flag=True, help="Leave the speed checks out.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="SECONDS",
    help="Time limit of one answer, instead of the exercise's own.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="cuda: with the checks that need a GPU; auto: where the exercise has some, and this machine a GPU.",
)
@unisolated_option
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    exercise: str,
    files: tuple[str, ...],
    as_json: bool,
    seed: int | None,
    feedback: str,
    no_speed: bool,
    timeout: float | None,
    device: str,
    allow_unisolated: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Grade answers to an exercise.

    FILE is a .py or an .ipynb, or `-` for standard input; ./EX.py where none is named, or ./EX.ipynb if only that is
    there.

    Of each check the scorecard says: ✓ passed, ◐ passed for a part of its points, ✗ wrong, ! could not be run,
    – not run.

    Exit status: 0 full marks, 1 less, 2 bad input, 3 a fault of étude's own; the worst of several files.
    """
    from etude.extras import require_extras

    found = load_catalog(bank, only_bank).get(exercise)
    require_extras(found.id, found.required_extras)
    submissions, status = _read(files or (usual_file(found.id),), found.id)
    if submissions:
        from etude.judge.job import GradeOptions
        from etude.practice.mock_store import in_interview

        options = GradeOptions(
            seed=seed, speed=not no_speed, timeout=timeout, device=device, allow_unisolated=allow_unisolated
        )
        sits = in_interview(found.id)
        if sits and not as_json:
            say(f"{found.id} is a question of the interview that is open: reasons come with its report")
        exam = sits or feedback == "exam"
        status = max(status, _grade(found, submissions, options, exam=exam, as_json=as_json))
    ctx.exit(status)


def usual_file(exercise: str) -> str:
    script, notebook = f"{exercise}.py", f"{exercise}.ipynb"
    return notebook if os.path.exists(notebook) and not os.path.lexists(script) else script


def _read(files: Sequence[str], exercise: str) -> tuple[list[Submission], int]:
    """Those that can be read; one that cannot is told of, and does not stop the others."""
    from etude.submission import Submission

    submissions, status = [], FULL_MARKS
    for file in files:
        try:
            submissions.append(Submission.read(file, exercise))
        except SubmissionError as error:
            say(str(error))
            status = BAD_INPUT
    return submissions, status


def _grade(
    exercise: Exercise, submissions: Sequence[Submission], options: GradeOptions, exam: bool, as_json: bool
) -> int:
    from etude.practice.desk import Desk

    status = FULL_MARKS
    with Desk.open(say) as desk:
        for submission in submissions:
            try:
                with progress(f"grading {submission.name}") as on_check:
                    report = desk.grade(exercise, submission, options, on_check)
            except JudgeError as error:
                say(
                    f"{submission.name}: {error}: not your answer's fault; please report it with {exercise.grader_path}"
                )
                status = OUR_FAULT
                continue
            try:
                _show(report.for_exam() if exam else report, submission, as_json)
            finally:  # also when interrupted, or when nobody reads on
                desk.keep(report, submission.source)
            status = max(status, FULL_MARKS if report.full_marks else LESS)
    return status


def _show(report: Report, submission: Submission, as_json: bool) -> None:
    if as_json:
        from etude.render.json import report_line

        click.echo(report_line(report))
    else:
        from etude.cli.figures import save_figures
        from etude.cli.message import console
        from etude.practice.cells import with_cells
        from etude.render.terminal import render_report

        render_report(with_cells(report, submission), console(), save_figures(report))


@contextmanager
def progress(task: str) -> Iterator[Callable[[str], None]]:
    """A spinner on standard error where that is a terminal; yields what to tell of each check as it begins."""
    if not sys.stderr.isatty():
        yield lambda doing: None
        return
    from rich.text import Text

    from etude.cli.message import console
    from etude.render.visible import visible_line

    terminal = console(stderr=True)

    def line(words: str) -> Text:
        text = Text(visible_line(words))
        text.truncate(max(terminal.width - 3, 10), overflow="ellipsis")  # beside the spinner
        return text

    with terminal.status(line(task), spinner_style="dim") as status:
        yield lambda doing: status.update(line(f"{task}: {doing}"))
