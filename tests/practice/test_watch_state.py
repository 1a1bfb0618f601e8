"""Watch mode without a terminal: keys, and the state and its steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.cli.terminal import key_names
from etude.practice.watch.difference import Difference
from etude.practice.watch.messages import Key, Open, Opened, Saved, Sheet, ShowSolution
from etude.practice.watch.state import Phase, WatchState
from etude.practice.watch.step import step
from etude.report import Rationale, Status
from etude.submission import Submission
from tests.practice.watch_messages import after, begun, graded, saved


def test_keys_as_a_terminal_sends_them() -> None:
    assert [*key_names("q")] == ["q"]
    assert [*key_names("\x1b[Ah\x1bOB\r")] == ["up", "h", "down", "enter"]
    assert [*key_names("\x1b")] == ["escape"]
    assert [*key_names("\x1b[1;5C")] == []


@pytest.fixture
def double(mini_bank: Catalog) -> WatchState:
    return begun(mini_bank, "double")


def test_the_verdict_on_an_older_save_is_not_shown(double: WatchState) -> None:
    state = after(double, saved("old"), saved("new"), graded("old", True))
    assert (state.report, state.phase) == (None, Phase.GRADING)
    assert after(state, graded("new", False)).phase is Phase.IDLE


def test_a_verdict_is_compared_with_what_was_last_shown_of_an_earlier_save(double: WatchState) -> None:
    state = after(
        double, saved("bad"), graded("bad", True, False), saved("good"), graded("good", True, True, final=False)
    )
    assert state.phase is Phase.TIMING
    assert str(state.difference) == "+1 point: “It is 1.” now passes"
    assert str(after(state, graded("good", True, True)).difference) == "+1 point: “It is 1.” now passes"
    for again in (graded("bad", True, False, final=False), graded("bad", True, False)):  # while the good one was timed
        state = after(state, saved("bad"), again)
        assert str(state.difference) == "−1 point: “It is 1.” now fails"


def test_an_answer_that_could_not_be_loaded_is_nothing_to_compare_with(double: WatchState) -> None:
    broken = graded("broken", False, False)
    broken = replace(broken, report=replace(broken.report, problem=Rationale("syntax error")))
    state = after(double, saved("a"), graded("a", True, False), saved("broken"), broken)
    assert state.difference is None
    state = after(state, saved("b"), graded("b", True, True))
    assert str(state.difference) == "+1 point: “It is 1.” now passes"


def test_the_same_save_graded_again_is_compared_with_itself(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", True, False), Key("r"), graded("a", True, False))
    assert str(state.difference) == "no check has changed"


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


def test_a_folder_is_gone_through_by_itself_and_a_file_saved_there_joins(mini_bank: Catalog) -> None:
    state = replace(begun(mini_bank, "affine"), among=frozenset({"affine", "mean"}))
    _, effects = step(state, Key("n"))
    assert effects == (Open(mini_bank.get("mean")),)
    refused, effects = step(state, Key("p"))
    assert (refused.notice, effects) == ("this is the first exercise in this folder", ())

    double = mini_bank.get("double")
    answer = Submission("double.py", "an answer")
    _, effects = step(state, Saved("double", Path("double.py"), answer))
    assert effects == (Open(double),)
    state = after(state, Opened(Sheet(double, Path("double.py"), "the prompt", "the stub"), answer))
    assert [exercise.id for exercise in state.exercises] == ["affine", "double", "mean"]


def test_named_by_itself_an_exercise_has_the_whole_catalogue_about_it(double: WatchState, mini_bank: Catalog) -> None:
    assert [exercise.id for exercise in double.exercises] == ["affine", "double", "mean"]
    _, effects = step(double, Key("n"))
    assert effects == (Open(mini_bank.get("mean")),)


def test_a_save_is_shown_from_its_first_line(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", False), Key("down"), Key("page down"))
    assert state.scroll > 1
    assert after(state, Key("h")).scroll == state.scroll
    assert after(state, saved("b")).scroll == 0


def test_the_solution_comes_after_an_attempt_or_once_it_was_given_up(double: WatchState) -> None:
    state, effects = step(double, Key("s"))
    assert (state.notice, effects) == ("the solution comes after an attempt: write one and save it", ())
    given_up = replace(double, sheet=replace(double.sheet, solution_is_free=True))
    assert step(given_up, Key("s"))[1] == (ShowSolution(double.exercise),)
