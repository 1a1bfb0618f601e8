"""The group of commands: loads each when it is named, and turns every error into one line and an exit status."""

from __future__ import annotations

import errno
import importlib
import io
import keyword
import os
import sys
from typing import Any

import click

from etude import __version__
from etude.cli.message import say
from etude.errors import EtudeError, JudgeError

COMMANDS = (
    "list",
    "show",
    "start",
    "lab",
    "grade",
    "bench",
    "batch",
    "course",
    "takehome",
    "watch",
    "hint",
    "solution",
    "review",
    "mock",
    "quiz",
    "progress",
    "export",
    "import",
    "doctor",
    "audit",
    "new",
)
USAGE, OUR_FAULT, INTERRUPTED = 2, 3, 130
_PERMISSIONS = "see its permissions, or name another place"
MENDED_BY_USER = {
    errno.EACCES: _PERMISSIONS,
    errno.EPERM: _PERMISSIONS,
    errno.EROFS: _PERMISSIONS,
    errno.ENOSPC: "make room on the disk, and run it again",
    errno.EDQUOT: "make room on the disk, and run it again",
}


class Commands(click.Group):
    """A group that imports a command's module, `command` in it, when the command is named."""

    names: tuple[str, ...] = ()
    prefix = ""  # of the modules' names

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.names:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) and not self.prefix else f"{self.prefix}{cmd_name}"
        command: click.Command = importlib.import_module(f"etude.cli.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.names and not ctx.resilient_parsing:
            import difflib

            near = difflib.get_close_matches(args[0], self.names, n=1, cutoff=0.5)
            fix = f"did you mean {near[0]}?" if near else f"see `{ctx.command_path} --help`"
            raise EtudeError(args[0], "no such command", fix)
        return super().resolve_command(ctx, args)


class LazyGroup(Commands):
    """étude itself: turns every error into one line and an exit status."""

    names = COMMANDS

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EtudeError as error:
            say(str(error))
            ctx.exit(USAGE)
        except JudgeError as error:
            say(f"{error}: a fault of étude's, not of your answer: please report it")
            ctx.exit(OUR_FAULT)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("ETUDE_DEBUG"):
                raise
            if isinstance(error, OSError) and error.errno in MENDED_BY_USER:
                say(f"{error.filename or 'a file'}: {error.strerror}: {MENDED_BY_USER[error.errno]}")
                ctx.exit(USAGE)
            say(f"{type(error).__name__}: {error}: a fault of étude's: please report it with what ETUDE_DEBUG=1 shows")
            ctx.exit(OUR_FAULT)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="etude")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Questions on neural networks that grade themselves.

    \b
    etude list              what there is
    etude start softmax     write softmax.py, a stub to begin from
    etude grade softmax     grade it

    Completion of exercise names in bash (zsh and fish likewise): eval "$(_ETUDE_COMPLETE=bash_source etude)"
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character gets its escape
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if ctx.invoked_subcommand is None:
        from etude.cli.dashboard import command as dashboard

        with dashboard.make_context("etude", [], parent=ctx) as alone:  # which reads ETUDE_BANK, as every command does
            dashboard.invoke(alone)
