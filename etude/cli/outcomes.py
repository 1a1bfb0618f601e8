"""Follows a batch that is graded: a bar, a line for each fault of ours, and nothing lost on Ctrl-C."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

from etude.cli.bar import bar
from etude.cli.message import say

if TYPE_CHECKING:
    from etude.batch.grading import Outcome


def follow(outcomes: Generator[Outcome], total: int) -> int:
    """The number of answers that could not be graded by a fault of ours."""
    from etude.batch.grading import Failure

    failures = 0
    try:
        with bar("grading", "graded", total) as advance, closing(outcomes):
            for outcome in outcomes:
                advance("")
                if isinstance(outcome, Failure):
                    failures += 1
                    say(f"{outcome.entry.path}: {outcome.problem}: not graded; run again, and please report it")
    except KeyboardInterrupt:
        say("stopped; what is graded is kept, and the same command goes on from there")
        raise
    return failures
