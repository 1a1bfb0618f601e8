"""`etude mock`: a timed interview."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from etude.cli.banks import bank_options, load_catalog
from etude.cli.message import console
from etude.cli.options import unisolated_option
from etude.errors import EtudeError
from etude.exercise import Level

if TYPE_CHECKING:
    from etude.catalog import Catalog
    from etude.exercise import Exercise
    from etude.practice.mock import Interview

OF_A_NEW_ONE = ("minutes", "level", "chapters", "seed", "folder")  # options
LATEST_SEED = 10_000  # short enough to be said aloud


@click.command("mock")
@click.option("--minutes", type=click.IntRange(min=1), default=45, show_default=True, help="How long it takes.")
@click.option(
    "--level", type=click.Choice([level.value for level in Level]), multiple=True, help="Only this level; repeatable."
)
@click.option("--chapters", metavar="CH,CH", help="Only these chapters: 2, q02 or activations.")
@click.option("--seed", type=click.IntRange(min=0), help="Draw the same questions again, your record being the same.")
@click.option("--folder", type=click.Path(), metavar="DIR", help="Where the stubs go.  [default: mock-DATE]")
@click.option("--abandon", is_flag=True, help="End the interview that is open, without a report.")
@click.option("--report", "as_report", is_flag=True, help="Show the report of the last interview again.")
@unisolated_option
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    minutes: int,
    level: tuple[str, ...],
    chapters: str | None,
    seed: int | None,
    folder: str | None,
    abandon: bool,
    as_report: bool,
    allow_unisolated: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Sit a timed interview.

    It draws questions that fit the time, of varied chapters, those without full marks first, and writes their stubs
    into a new folder. An answer is graded at each save, or with g. Until the bell you see which checks pass, and not
    why the others do not; there are no hints. What counts of each file is how it stands at the bell. Then comes the
    report: the time that each question took, what was missed and why, and what to study.

    Leave with q (or Ctrl-C, or by closing the terminal) and go on with `etude mock`. Leaving stops the clock;
    Ctrl-Z does not.

    \b
    g grade     n next      p previous
    w prompt    f finish    q leave
    """
    from etude.practice import mock_store

    if as_report:
        _show_last()
        return
    if abandon:
        _abandon()
        return
    _require_terminal()
    with mock_store.sitting():
        interview = mock_store.load()
        if interview is None:
            catalog = load_catalog(bank, only_bank)
            seed = secrets.randbelow(LATEST_SEED) if seed is None else seed
            asked = _draw(catalog, minutes, level, chapters, seed)
            interview = _begin(catalog, asked, minutes, seed, folder)
        elif not _is_resumed(interview, _given(ctx)):
            return
        from etude.cli.mock_sitting import sit

        ctx.exit(sit(interview, allow_unisolated))


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or console().is_dumb_terminal:
        fix = "run it in one, with neither its input nor its output redirected"
        raise EtudeError("mock", "needs a terminal that can be drawn on", fix)


def _draw(catalog: Catalog, minutes: int, levels: tuple[str, ...], chapters: str | None, seed: int) -> list[Exercise]:
    from etude.chapters import chapters_called
    from etude.cli.attempts import best
    from etude.practice.mock_draw import draw

    exercises = [*catalog]
    known = dict.fromkeys(exercise.chapter for exercise in exercises)
    wanted = {
        chapter
        for name in (chapters.split(",") if chapters is not None else ())
        for chapter in chapters_called(name.strip(), known, f"--chapters {chapters}")
    } or {*known}
    allowed = (
        exercise
        for exercise in exercises
        if exercise.chapter in wanted and (not levels or exercise.level.value in levels)
    )
    return draw(allowed, minutes, best(), seed)


def _begin(catalog: Catalog, asked: list[Exercise], minutes: int, seed: int, folder: str | None) -> Interview:
    from etude.cli.attempts import note
    from etude.database import new_uid, timestamp
    from etude.events import EventKind
    from etude.practice import mock_store
    from etude.practice.mock import Interview, Question
    from etude.practice.stub import write_stub

    place = _new_folder(folder)
    for exercise in asked:
        write_stub(exercise, place / f"{exercise.id}.py")
        note(EventKind.START, exercise.id)
    interview = Interview(
        uid=new_uid(),
        begun=timestamp(),
        seed=seed,
        allowed=60.0 * minutes,
        folder=str(place.resolve()),
        banks=tuple(str(bank) for bank in catalog.banks),
        questions=tuple(Question.of(exercise) for exercise in asked),
    )
    mock_store.save(interview)
    names = ", ".join(exercise.id for exercise in asked)
    click.echo(f"An interview of {minutes} minutes, {len(asked)} question{'s' * (len(asked) > 1)}: {names}.")
    click.echo(f"Its stubs are in {place}. Leaving with q stops the clock.")
    return interview


def _new_folder(folder: str | None) -> Path:
    today = f"mock-{date.today():%Y-%m-%d}"
    numbered = (Path(today if n == 1 else f"{today}-{n}") for n in range(1, 1_000_000))
    place = Path(folder) if folder is not None else next(path for path in numbered if not os.path.lexists(path))
    try:
        place.mkdir(parents=True, exist_ok=folder is not None)
        if any(place.iterdir()):
            raise EtudeError(place, "is not empty", "name a new --folder")
    except OSError as error:
        raise EtudeError(place, f"cannot be made ({error.strerror})", "name another --folder") from None
    return place


def _given(ctx: click.Context) -> list[str]:
    """The options on the command's line that only a new interview heeds."""
    return [f"--{name}" for name in OF_A_NEW_ONE if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]


def _is_resumed(interview: Interview, ignored: list[str]) -> bool:
    from etude.practice.mock_store import ABANDON
    from etude.render.mock import clock

    if ignored:
        verb = "is" if len(ignored) == 1 else "are"
        click.echo(f"{' and '.join(ignored)} {verb} ignored while an interview is open.")
        click.echo(f"{ABANDON}.")
    if interview.ending is not None:
        click.echo("The interview is over: what was handed in is graded now.")
        return True
    names = ", ".join(question.exercise for question in interview.questions)
    click.echo(f"An interview is open: {names}, with {clock(interview.left)} left, in {interview.folder}.")
    try:
        resumed = click.confirm("Go on with it?", default=True)
    except click.Abort:
        raise KeyboardInterrupt from None
    if not resumed:
        click.echo("It waits for you: `etude mock` goes on, `etude mock --abandon` ends it without a report.")
    return resumed


def _show_last() -> None:
    from etude.cli.attempts import open_database
    from etude.events import EventKind, Events
    from etude.practice.mock import Interview
    from etude.render.mock import render_interview

    finished = Events(open_database()).of(EventKind.MOCK)
    if not finished:
        raise EtudeError("mock --report", "no interview has been finished yet", "`etude mock` begins one")
    try:
        interview = Interview.from_json(finished[-1].body)
    except (ValueError, KeyError, TypeError) as error:
        fix = "upgrade étude: pip install --upgrade etude"
        raise EtudeError("mock --report", f"the last interview cannot be read ({error})", fix) from None
    render_interview(interview, console())


def _abandon() -> None:
    from etude.practice.mock_store import forget, sitting, state_path

    with sitting():
        if not state_path().exists():
            click.echo("No interview is open.")
            return
        forget()
    click.echo("The interview is ended, without a report. Its files stay where they are.")
