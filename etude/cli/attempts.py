"""The attempts as the commands use them: whatever is wrong with them is a warning, never an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etude.cli.message import say

if TYPE_CHECKING:
    from etude.report import Report


def record(report: Report, source: str) -> None:
    from etude.attempts import Attempts, AttemptsError

    try:
        Attempts.open(warn=say).record(report, source)
    except AttemptsError as error:
        say(f"this attempt was not kept: {error}")


def best() -> dict[str, float]:
    from etude.attempts import Attempts, AttemptsError

    try:
        return Attempts.open(warn=say).best()
    except AttemptsError as error:
        say(f"best scores are not shown: {error}")
        return {}
