"""States of watch mode and messages to it, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from etude.catalog import Catalog
from etude.practice.watch.messages import Graded, Message, Saved, Sheet
from etude.practice.watch.state import WatchState
from etude.practice.watch.step import step
from etude.report import Category, CheckResult, Isolation, Report, Status
from etude.submission import Submission


def begun(catalog: Catalog, name: str) -> WatchState:
    sheet = Sheet(catalog.get(name), Path(f"{name}.py"), "the prompt", "the stub")
    return WatchState(tuple(catalog), sheet)


def saved(source: str) -> Saved:
    return Saved("double", Path("double.py"), Submission("double.py", source))


def graded(source: str, *passed: bool, final: bool = True) -> Graded:
    """A verdict on `source`: a check of one point for each of `passed`."""
    checks = tuple(
        CheckResult(f"test_{number}", f"It is {number}.", Category.CORRECTNESS, 1, _status(ok), 0.001)
        for number, ok in enumerate(passed)
    )
    report = Report("double", "double.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, checks)
    return Graded(Submission("double.py", source), report, datetime.now(UTC), final)


def _status(passed: bool) -> Status:
    return Status.PASSED if passed else Status.FAILED


def after(state: WatchState, *messages: Message) -> WatchState:
    for message in messages:
        state, _ = step(state, message)
    return state
