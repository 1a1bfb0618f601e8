"""`etude takehome new`: the folder of a take-home test."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog
from etude.cli.message import say
from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.exercise import Exercise

LONGEST, LONGEST_TERMS = 100, 1_000  # characters


@click.command("new")
@click.argument("root", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--title", required=True, help="What the candidates see it called.")
@click.option("--exercises", required=True, multiple=True, metavar="EX,EX…", help="In the order to show; repeatable.")
@click.option("--minutes", type=click.IntRange(1, 10_000), required=True, help="From `begin` on.")
@click.option("--due", required=True, metavar="DATE", help="2027-01-31 (to its end, here), or 2027-01-31T18:00+01:00.")
@click.option("--terms", help="What is allowed, in a sentence.")
@click.option("--blind", is_flag=True, help="Show pseudonyms everywhere; names.csv alone knows the names.")
@bank_options
def command(
    root: Path,
    title: str,
    exercises: tuple[str, ...],
    minutes: int,
    due: str,
    terms: str | None,
    blind: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Begin a take-home test in the new folder DIR.

    It gets a private key, which signs the invitations, and a secret seed, which draws the same inputs for everyone.
    Keep the folder to yourself.
    """
    from etude.extras import require_extras

    require_extras("etude takehome", ["takehome"])
    from etude.takehome.folder import TERMS, new_folder

    if not title.strip() or len(title) > LONGEST or not title.isprintable():
        raise EtudeError("--title", "is no title", f"give 1 to {LONGEST} plain characters")
    if terms is not None and (not terms.strip() or len(terms) > LONGEST_TERMS or not terms.isprintable()):
        raise EtudeError("--terms", "are no sentence", f"give 1 to {LONGEST_TERMS} plain characters on one line")
    catalog = load_catalog(bank, only_bank)
    wanted = [catalog.get(name) for each in exercises for name in each.replace(",", " ").split()]
    if not wanted:
        raise EtudeError("--exercises", "names none", "see `etude list`")
    names = tuple(dict.fromkeys(exercise.id for exercise in wanted))
    settings = {
        "title": title.strip(),
        "exercises": names,
        "minutes": minutes,
        "due": _moment(due),
        "terms": (terms or TERMS).strip(),
        "blind": blind,
        "only_bank": only_bank,
    }
    new_folder(root, settings, [Path(each).expanduser() for each in bank])
    click.echo(f"{root}: {', '.join(names)}, {minutes} minutes")
    _warn(wanted, minutes)
    click.echo(f'Next: etude takehome invite {root} "NAME"')


def _moment(due: str) -> datetime:
    """With a time zone; a date alone lasts until its end, where we are."""
    try:
        found = datetime.fromisoformat(due)
        if len(due.strip()) == len("2027-01-31"):
            found = found.replace(hour=23, minute=59)
    except ValueError:
        raise EtudeError("--due", f"{due!r:.60} is no date", "write it like 2027-01-31 or 2027-01-31T18:00") from None
    found = found.astimezone() if found.tzinfo is None else found
    if found <= datetime.now(found.tzinfo):
        raise EtudeError("--due", f"{found:%Y-%m-%d %H:%M} is over", "name a date to come")
    return found


def _warn(exercises: list[Exercise], minutes: int) -> None:
    from etude.catalog import shipped_bank

    for exercise in exercises:
        if exercise.bank == shipped_bank():
            say(
                f"{exercise.id}: is public, and its solution can be looked up: "
                f"`etude new {exercise.chapter}/NAME --from {exercise.id} --bank DIR` starts a variant of your own"
            )
        elif exercise.variant_of:
            say(
                f"{exercise.id}: was begun from {exercise.variant_of}, which is public: "
                f"`etude audit {exercise.id}` says what is still the same"
            )
    usual = sum(exercise.minutes for exercise in exercises)
    if usual > minutes:
        say(f"{usual} minutes is what an interviewer would give for these: {minutes} is short")
