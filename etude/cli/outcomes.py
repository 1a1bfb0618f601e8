"""Follows a batch that is graded: a bar, a line for each fault of ours, and nothing lost on Ctrl-C."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from etude.cli.bar import bar
from etude.cli.message import say
from etude.words import counted

if TYPE_CHECKING:
    from etude.batch.grading import Outcome


def say_known(known: int) -> None:
    """How many answers an earlier run has graded."""
    if known:
        say(f"{counted(known, 'answer')} graded already")


def follow(outcomes: Generator[Outcome], total: int) -> list[Path]:
    """The answers that could not be graded by a fault of ours."""
    from etude.batch.grading import Failure

    failed = []
    try:
        with bar("grading", "graded", total) as advance, closing(outcomes):
            for outcome in outcomes:
                advance("")
                if isinstance(outcome, Failure):
                    failed.append(outcome.entry.path)
                    say(f"{outcome.entry.path}: {outcome.problem}: not graded; run again, and please report it")
    except KeyboardInterrupt:
        say("stopped; what is graded is kept, and the same command goes on from there")
        raise
    return failed
