"""`etude new`: the files of a new exercise. For authors."""

from __future__ import annotations

from pathlib import Path

import click

from etude.errors import EtudeError
from etude.exercise import Framework


@click.command("new")
@click.argument("place", metavar="CHAPTER/ID")
@click.option(
    "--framework",
    type=click.Choice([framework.value for framework in Framework]),
    default=Framework.NUMPY.value,
    show_default=True,
)
@click.option(
    "--bank",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    help="The bank to write into (made where there is none).  [default: the current directory]",
)
def command(place: str, framework: str, bank: Path) -> None:
    """Begin a new exercise.

    Writes CHAPTER/ID (q02_activations/swish, say) into a bank: metadata, prompt, stub, reference, grader, a right
    answer and a wrong one. `etude audit` then says what is still to do.
    """
    from etude.authoring.skeleton import write_skeleton
    from etude.catalog import CHAPTER
    from etude.metadata import is_identifier

    chapter, _, name = place.partition("/")
    if not CHAPTER.fullmatch(chapter):
        raise EtudeError(place, f"'{chapter}' is not a chapter's name", "write CHAPTER/ID, like q02_activations/swish")
    if not is_identifier(name):
        raise EtudeError(place, f"'{name}' is not a Python identifier", "write CHAPTER/ID, like q02_activations/swish")
    bank = bank.resolve()
    _refuse_double(bank, name)
    for path in write_skeleton(bank, chapter, name, Framework(framework)):
        click.echo(f"wrote {path.relative_to(bank)}")
    click.echo(f"Fill them in; `etude audit {name} --bank {bank}` says what is still to do.")


def _refuse_double(bank: Path, name: str) -> None:
    from etude.catalog import Catalog, shipped_bank

    banks = [shipped_bank(), *([bank] if (bank / "exercises").is_dir() else [])]
    if name in Catalog.load(banks).ids:
        raise EtudeError(name, "there is an exercise of that name already", "choose another")
