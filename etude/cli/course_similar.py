"""`etude course similar`: answers that are alike beyond what the exercise explains, for a person to judge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etude.cli.banks import bank_options, load_catalog
from etude.cli.message import say
from etude.errors import CatalogError, EtudeError

if TYPE_CHECKING:
    from etude.batch.similarity import Comparison, Side
    from etude.batch.store import Result

BAD_INPUT = 2

Item = TypeVar("Item")


@click.command("similar")
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT")
@click.option("--exercise", "wanted", multiple=True, metavar="EX", help="Only this one; repeatable.")
@click.option("--at-least", type=click.FloatRange(0, 1, min_open=True), default=0.6, show_default=True,
              help="The share of one answer's own part that is in the other.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page, side by side."
)
@click.option("--force", is_flag=True, help="Replace FILE where it is already there.")
@bank_options
@click.pass_context
def command(
    ctx: click.Context,
    out: Path,
    wanted: tuple[str, ...],
    at_least: float,
    as_json: bool,
    html: Path | None,
    force: bool,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """List pairs of answers that are alike beyond what the exercise explains.

    OUT is what `etude batch` wrote. Names, comments, layout and the order of functions make no difference. Alike is not
    copied: read both answers and judge for yourself. Nothing is scored.

    Exit status: 0 all compared, whatever was found; 2 some answers were left out.
    """
    from etude.cli.output import refuse_to_overwrite, write_file
    from etude.extras import require_extras

    require_extras("etude course similar", ["similar"])
    from etude.batch.similarity import compare

    if html is not None:
        refuse_to_overwrite(html, force)
    by_exercise, catalog = _answers(out, wanted), load_catalog(bank, only_bank)
    found: list[Comparison] = []
    left_out = False
    for name, results in by_exercise.items():
        try:
            comparison = compare(catalog.get(name), results, at_least, partial(_watched, name))
        except CatalogError as error:
            say(f"{error}: its {len(results)} answers are left out")
            left_out = True
            continue
        for student in comparison.too_long:
            say(f"{name}: {student}'s answer is too long to compare: left out; read it yourself")
        left_out = left_out or bool(comparison.too_long)
        found.append(comparison)
    if html is not None:
        from etude.render.similar_page import similar_page

        write_file(html, similar_page(out.resolve().name, found, at_least).encode(), force)
        say(f"{html} shows them side by side")
    if as_json:
        import json

        click.echo(json.dumps(_plain(found, at_least)))
    else:
        _print(found, at_least)
    ctx.exit(BAD_INPUT if left_out else 0)


def _watched(exercise: str, items: Sequence[Item], doing: str) -> Iterable[Item]:
    from etude.cli.bar import slowly

    text = f"{exercise}: {doing} answers"
    return slowly(items, len(items), text, f"{text}:")


def _answers(out: Path, wanted: tuple[str, ...]) -> dict[str, list[Result]]:
    """By exercise; a file that was refused is no answer."""
    from etude.batch.store import Store

    if not (out / "batch.json").exists():
        raise EtudeError(out, "is not what `etude batch` wrote", "give the folder that its --out named")
    found: dict[str, list[Result]] = {}
    for result in Store.open(out).results():
        if result.source and (not wanted or result.exercise in wanted):
            found.setdefault(result.exercise, []).append(result)
    for name in wanted:
        if name not in found:
            raise EtudeError(name, f"{out} holds no answer to it", "see its grades.csv for those there are")
    return dict(sorted(found.items()))


def _print(found: list[Comparison], at_least: float) -> None:
    from etude.batch.similarity import CAUTION, METHOD, SHOWN

    for text in (CAUTION, METHOD):
        click.echo(click.wrap_text(text, 100) + "\n")
    for each in found:
        click.echo(f"{each.exercise}: {each.answers} answers, {each.compared} with enough of their own to compare")
        for pair in each.pairs[:SHOWN]:
            click.echo(f"\n  {_line(pair.one, pair.other)}\n  {_line(pair.other, pair.one)}")
        if len(each.pairs) > SHOWN:
            click.echo(f"\n  {len(each.pairs) - SHOWN} more pairs: --json has them all")
        if not each.pairs:
            click.echo(f"  {each.nothing_found(at_least)}")
        click.echo()


def _line(side: Side, other: Side) -> str:
    from etude.batch.similarity import line_ranges
    from etude.render.visible import visible_line

    share = f"{side.share:.0%} of its own {side.own} characters also in {visible_line(other.student)}'s"
    return f"{visible_line(side.student)}, {visible_line(side.file)}: {share}: lines {line_ranges(side.lines)}"


def _plain(found: list[Comparison], at_least: float) -> dict[str, Any]:
    from etude.batch.similarity import CAUTION, METHOD

    exercises = [
        {
            "exercise": each.exercise,
            "answers": each.answers,
            "compared": each.compared,
            "too_long": each.too_long,
            "pairs": [[_side(pair.one), _side(pair.other)] for pair in each.pairs],
        }
        for each in found
    ]
    return {"caution": CAUTION, "method": METHOD, "at_least": at_least, "exercises": exercises}


def _side(side: Side) -> dict[str, Any]:
    return {key: value for key, value in vars(side).items() if key != "source"}
