"""One line on standard error, and consoles that never take text for markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def say(line: str) -> None:
    """`etude: LINE` on standard error; what a file's name may hold cannot break the line."""
    from etude.render.visible import visible_line

    click.echo(f"etude: {visible_line(line)}", err=True)


def console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)
