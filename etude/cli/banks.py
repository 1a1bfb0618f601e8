"""The exercise argument and the options that say which banks to look in; shared by the commands.

`--bank DIR` (repeated, or ETUDE_BANK with DIR:DIR) adds banks beside the shipped one; `--only-bank` (or
ETUDE_ONLY_BANK=1) leaves the shipped one out.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from etude.errors import EtudeError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from etude.catalog import Catalog

F = TypeVar("F", bound=Callable[..., Any])


def load_catalog(bank: tuple[str, ...], only_bank: bool) -> Catalog:
    from etude.catalog import Catalog, shipped_bank

    if only_bank and not bank:
        raise EtudeError("--only-bank", "no other bank is named", "name it with --bank DIR or ETUDE_BANK")
    return Catalog.load([*([] if only_bank else [shipped_bank()]), *(Path(folder).expanduser() for folder in bank)])


class ExerciseName(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic from click 8.5 on
    """An exercise's name, completed from the banks named on the same line; the command looks it up."""

    name = "exercise"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            raise EtudeError("EX", "is empty", "`etude list` shows the exercises")
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            catalog = load_catalog(ctx.params.get("bank") or (), ctx.params.get("only_bank") or False)
        except EtudeError:
            return []
        return [CompletionItem(name) for name in catalog.ids if name.startswith(incomplete)]


def bank_options(command: F) -> F:
    only = click.option("--only-bank", is_flag=True, envvar="ETUDE_ONLY_BANK", help="Leave the shipped exercises out.")
    bank = click.option(
        "--bank",
        metavar="DIR",
        multiple=True,
        type=click.Path(file_okay=False),
        envvar="ETUDE_BANK",
        help="A private bank beside the shipped one; repeatable.",
    )
    return bank(only(command))


def exercise_argument(command: F) -> F:
    return click.argument("exercise", type=ExerciseName(), metavar="EX")(command)
