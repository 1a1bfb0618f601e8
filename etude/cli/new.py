"""`etude new`: the files of a new exercise, or of a private variant of one. For authors."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from etude.errors import EtudeError
from etude.exercise import Framework

if TYPE_CHECKING:
    from etude.catalog import Catalog


@click.command("new")
@click.argument("place", metavar="CHAPTER/ID")
@click.option(
    "--framework",
    type=click.Choice([framework.value for framework in Framework]),
    help="What answers are written with.  [default: numpy]",
)
@click.option("--from", "original", metavar="EX", help="Begin with a copy of this exercise, to make a variant of it.")
@click.option(
    "--bank",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("."),
    help="The bank to write into (made where there is none).  [default: the current directory]",
)
def command(place: str, framework: str | None, original: str | None, bank: Path) -> None:
    """Begin a new exercise.

    Writes CHAPTER/ID (q02_activations/swish, say) into a bank: metadata, prompt, stub, reference, grader, a right
    answer and a wrong one. With --from EX they are those of EX, to be changed into a variant whose solution cannot be
    looked up. `etude audit` then says what is still to do.
    """
    chapter, name = _chapter_and_name(place)
    bank = bank.resolve()
    if bank.exists() and not bank.is_dir():
        raise EtudeError(bank, "is not a folder", "name another with --bank DIR")
    known = _known(bank)
    if name in known.ids:
        raise EtudeError(name, "there is an exercise of that name already", "choose another")
    audit = f"`etude audit {name} --bank {shlex.quote(str(bank))}`"
    if original is None:
        from etude.authoring.skeleton import write_skeleton

        for path in write_skeleton(bank, chapter, name, Framework(framework or Framework.NUMPY)):
            click.echo(f"wrote {path.relative_to(bank)}")
        click.echo(f"Fill them in; {audit} says what is still to do.")
    elif framework:
        raise EtudeError("--framework", f"a variant has that of {original}", "leave it out")
    else:
        from etude.authoring.variant import write_variant

        written = write_variant(known.get(original), bank, chapter, name)
        click.echo(f"wrote {chapter}/{name}, a copy of {original} ({len(written)} files), into {bank}")
        click.echo("Change what its prompt asks; then stub, reference, grader, and the right and wrong answers.")
        click.echo(f"{audit} says what is still that of {original}, and what is to do next.")


def _chapter_and_name(place: str) -> tuple[str, str]:
    from etude.catalog import CHAPTER
    from etude.metadata import is_identifier

    chapter, _, name = place.partition("/")
    if not CHAPTER.fullmatch(chapter):
        raise EtudeError(place, f"'{chapter}' is not a chapter's name", "write CHAPTER/ID, like q02_activations/swish")
    if not is_identifier(name):
        raise EtudeError(place, f"'{name}' is not a Python identifier", "write CHAPTER/ID, like q02_activations/swish")
    return chapter, name


def _known(bank: Path) -> Catalog:
    from etude.catalog import Catalog, shipped_bank

    return Catalog.load([shipped_bank(), *([bank] if (bank / "exercises").is_dir() else [])])
