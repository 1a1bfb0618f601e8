"""`etude takehome`: tests that are sent out and come back. Each subcommand is a module takehome_NAME."""

from __future__ import annotations

import click

from etude.cli.group import Commands


class TakehomeCommands(Commands):
    names = ("new", "invite", "grade", "report")
    prefix = "takehome_"


@click.group("takehome", cls=TakehomeCommands)
def command() -> None:
    """Send a take-home test, grade what comes back, compare.

    \b
    etude takehome new hiring --title "ML engineer" --exercises softmax,attention --minutes 90 --due 2027-01-31
    etude takehome invite hiring "Ada Byron" "Grace Hopper"
    etude takehome grade hiring submission-*.zip
    etude takehome report hiring
    """
