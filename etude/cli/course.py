"""`etude course`: a class in the gradebook that teachers already use. Each subcommand is a module course_NAME."""

from __future__ import annotations

import click

from etude.cli.group import Commands


class CourseCommands(Commands):
    names = ("new", "autograde", "export", "gradescope", "similar")
    prefix = "course_"


@click.group("course", cls=CourseCommands)
def command() -> None:
    """Grade a class: nbgrader courses, exports, similar answers."""
