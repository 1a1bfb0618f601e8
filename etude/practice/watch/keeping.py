"""Which gradings of a session are attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etude.attempts import Attempts
from etude.events import EventKind, Events
from etude.report import Report

if TYPE_CHECKING:
    from etude.practice.desk import Desk


def keep_once(desk: Desk, report: Report, source: str) -> None:
    """Record it, but for a source that was recorded last, since the stub, and with no less."""
    latest = Attempts(desk.database).latest(report.exercise)
    starts = Events(desk.database).of(EventKind.START, subject=report.exercise)
    begun = max((start.at for start in starts), default=None)
    same = latest is not None and latest.source == source and (begun is None or latest.at >= begun)
    if not same or (latest is not None and latest.report.score < report.score):
        desk.keep(report, source)
