"""What each key does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from etude.practice.watch.messages import Grade, NoteHint, Open, Quit, ShowSolution
from etude.practice.watch.state import Phase, Step, View, WatchState

PAGE = 10  # lines


def press(state: WatchState, name: str) -> Step:
    if name != "s":
        state = replace(state, confirm_solution=False)
    if state.view is View.LIST and name in _LIST_KEYS:
        return _LIST_KEYS[name](state)
    if name in _SCROLL_KEYS:
        return replace(state, scroll=max(state.scroll + _SCROLL_KEYS[name], 0)), ()
    return _KEYS.get(name, _ignore)(state)


def _ignore(state: WatchState) -> Step:
    return state, ()


def _quit(state: WatchState) -> Step:
    return state, (Quit(),)


def _back(state: WatchState) -> Step:
    return replace(state, view=View.SCORECARD, scroll=0), ()


def _hint(state: WatchState) -> Step:
    if state.view is not View.SCORECARD:
        state, _ = _back(state)
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
            where = "" if state.among is None else " in this folder"
            return replace(state, notice=f"this is the {'last' if by > 0 else 'first'} exercise{where}"), ()
        return state, (Open(state.exercises[position]),)

    return move


def _solution(state: WatchState) -> Step:
    if state.view is View.SOLUTION:
        return _back(state)
    if state.sheet.exam:
        return _no_help(state)
    if not (state.sheet.attempted or state.sheet.solution_is_free):
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
    state, _ = _back(state)
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
