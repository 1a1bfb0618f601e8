"""The state of a session, and how each message changes it. Pure: what is to be done about it is returned as effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from etude.exercise import Exercise
from etude.practice.watch.difference import Difference
from etude.practice.watch.messages import (
    Effect,
    Ended,
    Grade,
    Graded,
    Key,
    Message,
    NoteHint,
    Open,
    Opened,
    Quit,
    Saved,
    Sheet,
    ShowSolution,
    SolutionShown,
    Suspend,
    Suspended,
    Ungraded,
    WarmUp,
    Warned,
)
from etude.report import CheckResult, Report
from etude.submission import Submission

PAGE = 10  # lines


class View(StrEnum):
    SCORECARD = "scorecard"
    PROMPT = "prompt"
    SOLUTION = "solution"
    LIST = "list"


class Phase(StrEnum):
    IDLE = ""
    GRADING = "grading…"
    TIMING = "timing…"


@dataclass(frozen=True)
class WatchState:
    exercises: tuple[Exercise, ...]  # in the catalogue's order
    sheet: Sheet
    view: View = View.SCORECARD
    phase: Phase = Phase.IDLE
    submission: Submission | None = None  # the newest that could be read
    report: Report | None = None
    final: bool = True  # nothing is to be added to `report`
    before: Report | None = None  # the last final one of an earlier grading in which the answer could be loaded
    graded_at: datetime | None = None
    problem: str = ""  # why what is in the file has no verdict
    notice: str = ""
    show_hints: bool = False
    confirm_solution: bool = False
    solution: str = ""
    scroll: int = 0
    cursor: int = 0  # in the list
    best: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def exercise(self) -> Exercise:
        return self.sheet.exercise

    @property
    def position(self) -> int:
        return [exercise.id for exercise in self.exercises].index(self.exercise.id)

    @property
    def difference(self) -> Difference | None:
        """From the grading before; one in which the answer could not be loaded neither has one nor counts for one."""
        if self.before is None or self.report is None or self.report.problem is not None:
            return None
        return Difference.between(self.before, self.report)

    def change(self, check: CheckResult) -> str:
        return self.difference.of(check) if self.difference else ""

    @property
    def untouched(self) -> bool:
        """The file is the stub as it was written."""
        return self.submission is not None and self.submission.source == self.sheet.stub


Step = tuple[WatchState, tuple[Effect, ...]]


def step(state: WatchState, message: Message) -> Step:
    match message:
        case Key(name):
            return _key(replace(state, notice=""), name)
        case Saved():
            return _saved(state, message)
        case Graded():
            return _graded(state, message), ()
        case Ungraded(submission, why) if submission == state.submission:
            return replace(state, phase=Phase.IDLE, problem=why), ()
        case Opened():
            return _opened(state, message)
        case SolutionShown(text):
            sheet = replace(state.sheet, solution_is_free=True)
            return replace(state, sheet=sheet, solution=text, view=View.SOLUTION, scroll=0), ()
        case Warned(line):
            return replace(state, notice=line), ()
        case Suspended():
            return state, (Suspend(),)
        case Ended(status):
            return state, (Quit(status),)
    return state, ()


def _opened(state: WatchState, message: Opened) -> Step:
    sheet = message.sheet
    fresh = WatchState(state.exercises, sheet, best=sheet.best or state.best)
    opened, effects = _answered(fresh, message.answer)
    return (replace(opened, view=View.PROMPT) if opened.untouched else opened), effects


def _saved(state: WatchState, message: Saved) -> Step:
    if message.exercise != state.exercise.id:
        found = next((exercise for exercise in state.exercises if exercise.id == message.exercise), None)
        return state, () if found is None or isinstance(message.answer, str) else (Open(found),)
    if message.path != state.sheet.path:
        if isinstance(message.answer, str):  # the notebook beside the .py, say, is gone
            return state, ()
        state = replace(state, sheet=replace(state.sheet, path=message.path))
    view = View.LIST if state.view is View.LIST else View.SCORECARD
    return _answered(replace(state, view=view, notice="", confirm_solution=False), message.answer)


def _answered(state: WatchState, answer: Submission | str) -> Step:
    if isinstance(answer, str):
        return replace(state, problem=answer, phase=Phase.IDLE, submission=None), ()
    state = replace(state, problem="", submission=answer)
    if state.untouched:
        return replace(state, phase=Phase.IDLE), (WarmUp(state.exercise, answer),)
    return replace(state, phase=Phase.GRADING), (Grade(state.exercise, answer),)


def _graded(state: WatchState, message: Graded) -> WatchState:
    if message.submission != state.submission:  # a newer save is on its way
        return state
    report, best = message.report, state.best
    if message.final:
        best = {**best, report.exercise: max(best.get(report.exercise, 0.0), report.fraction)}
    return replace(
        state,
        report=report,
        before=state.report if state.report and state.final and not state.report.problem else state.before,
        final=message.final,
        phase=Phase.IDLE if message.final else Phase.TIMING if report.full_marks else Phase.GRADING,
        graded_at=message.at,
        sheet=replace(
            state.sheet,
            exam=report.feedback == "exam",
            attempted=state.sheet.attempted or message.final,
            solution_is_free=state.sheet.solution_is_free or (message.final and report.full_marks),
        ),
        best=best,
    )


# --- keys


def _key(state: WatchState, name: str) -> Step:
    if name != "s":
        state = replace(state, confirm_solution=False)
    if state.view is View.LIST and name in _LIST_KEYS:
        return _LIST_KEYS[name](state)
    if state.view is not View.SCORECARD and name in _SCROLL_KEYS:
        return replace(state, scroll=max(state.scroll + _SCROLL_KEYS[name], 0)), ()
    return _KEYS.get(name, _ignore)(state)


def _ignore(state: WatchState) -> Step:
    return state, ()


def _quit(state: WatchState) -> Step:
    return state, (Quit(),)


def _back(state: WatchState) -> Step:
    return replace(state, view=View.SCORECARD, scroll=0), ()


def _hint(state: WatchState) -> Step:
    state = replace(state, view=View.SCORECARD)
    if state.sheet.exam:
        return _no_help(state)
    seen, total = state.sheet.hints_seen, len(state.exercise.hints)
    if not total:
        return replace(state, notice="this exercise has no hints"), ()
    if seen == total:
        notice = "there are no more hints" if state.show_hints else ""
        return replace(state, show_hints=True, notice=notice), ()
    sheet = replace(state.sheet, hints_seen=seen + 1)
    return replace(state, sheet=sheet, show_hints=True), (NoteHint(state.exercise, seen + 1),)


def _move(by: int) -> Callable[[WatchState], Step]:
    def move(state: WatchState) -> Step:
        position = state.position + by
        if not 0 <= position < len(state.exercises):
            return replace(state, notice=f"this is the {'last' if by > 0 else 'first'} exercise"), ()
        return state, (Open(state.exercises[position]),)

    return move


def _solution(state: WatchState) -> Step:
    if state.view is View.SOLUTION:
        return _back(state)
    if state.sheet.exam:
        return _no_help(state)
    if not state.sheet.attempted:
        return replace(state, notice="the solution comes after an attempt: write one and save it"), ()
    if not state.sheet.solution_is_free and not state.confirm_solution:
        notice = "looking at the solution is giving this round up: press s again to see it"
        return replace(state, confirm_solution=True, notice=notice), ()
    return replace(state, confirm_solution=False), (ShowSolution(state.exercise),)


def _no_help(state: WatchState) -> Step:
    return replace(state, notice="there is no help with a question of the interview that is open"), ()


def _prompt(state: WatchState) -> Step:
    return replace(state, view=View.SCORECARD if state.view is View.PROMPT else View.PROMPT, scroll=0), ()


def _list(state: WatchState) -> Step:
    view = View.SCORECARD if state.view is View.LIST else View.LIST
    return replace(state, view=view, cursor=state.position, scroll=0), ()


def _again(state: WatchState) -> Step:
    state = replace(state, view=View.SCORECARD)
    if state.submission is None or state.untouched:
        return replace(state, notice="there is nothing to grade yet"), ()
    return replace(state, phase=Phase.GRADING), (Grade(state.exercise, state.submission),)


def _cursor(by: int) -> Callable[[WatchState], Step]:
    return lambda state: (replace(state, cursor=min(max(state.cursor + by, 0), len(state.exercises) - 1)), ())


def _choose(state: WatchState) -> Step:
    return state, (Open(state.exercises[state.cursor]),)


_KEYS: Mapping[str, Callable[[WatchState], Step]] = MappingProxyType(
    {
        "q": _quit,
        "escape": _back,
        "h": _hint,
        "n": _move(1),
        "p": _move(-1),
        "s": _solution,
        "w": _prompt,
        "?": _prompt,
        "l": _list,
        "r": _again,
    }
)
_SCROLL_KEYS: Mapping[str, int] = MappingProxyType(
    {"up": -1, "k": -1, "down": 1, "j": 1, "page up": -PAGE, "b": -PAGE, "page down": PAGE, " ": PAGE}
)
_LIST_KEYS: Mapping[str, Callable[[WatchState], Step]] = MappingProxyType(
    {**{key: _cursor(by) for key, by in _SCROLL_KEYS.items()}, "enter": _choose}
)
