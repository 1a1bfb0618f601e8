"""Watch mode without a terminal: keys, and the state and its steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.cli.terminal import key_names
from etude.practice.watch.difference import Difference
from etude.practice.watch.messages import Graded, Key, Message, Saved, Sheet
from etude.practice.watch.state import Phase, WatchState
from etude.practice.watch.step import step
from etude.report import Category, CheckResult, Isolation, Report, Status
from etude.submission import Submission


def test_keys_as_a_terminal_sends_them() -> None:
    assert [*key_names("q")] == ["q"]
    assert [*key_names("\x1b[Ah\x1bOB\r")] == ["up", "h", "down", "enter"]
    assert [*key_names("\x1b")] == ["escape"]
    assert [*key_names("\x1b[1;5C")] == []


@pytest.fixture
def double(mini_bank: Catalog) -> WatchState:
    exercise = mini_bank.get("double")
    return WatchState((exercise,), Sheet(exercise, Path("double.py"), "the prompt", "the stub"))


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


def test_the_verdict_on_an_older_save_is_not_shown(double: WatchState) -> None:
    state = after(double, saved("old"), saved("new"), graded("old", True))
    assert (state.report, state.phase) == (None, Phase.GRADING)
    assert after(state, graded("new", False)).phase is Phase.IDLE


def test_a_verdict_is_compared_with_the_last_final_one(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", True, False), saved("b"), graded("b", True, True, final=False))
    assert state.phase is Phase.TIMING
    assert str(state.difference) == "+1 point: “It is 1.” now passes"
    assert str(after(state, graded("b", True, True)).difference) == "+1 point: “It is 1.” now passes"
    state = after(state, saved("c"), graded("c", False, False))
    assert str(state.difference) == "−1 point: “It is 0.” now fails"


def test_what_was_not_asked_for_has_not_changed() -> None:
    before = graded("a", True, True).report
    left_out = replace(before.checks[1], status=Status.SKIPPED, counts=False)
    after = replace(before, checks=(before.checks[0], left_out))
    assert Difference.between(before, after) == Difference()
    assert str(Difference.between(after, before)) == "+1 point: “It is 1.” now passes"


def test_in_an_interview_there_is_no_help(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", False))
    state = replace(state, sheet=replace(state.sheet, exam=True))
    for key in "hs":
        refused, effects = step(state, Key(key))
        assert (effects, refused.sheet) == ((), state.sheet)
        assert "no help" in refused.notice
