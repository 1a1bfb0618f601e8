"""The command: click commands, one a module, and the only code that prints or exits."""

from etude.cli.group import main

__all__ = ["main"]
