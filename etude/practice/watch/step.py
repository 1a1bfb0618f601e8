"""How each message changes the state. Pure: what is to be done about it is returned as effects."""

from __future__ import annotations

from dataclasses import replace

from etude.practice.watch.keys import press
from etude.practice.watch.messages import (
    Ended,
    Grade,
    Graded,
    Key,
    Message,
    Open,
    Opened,
    Quit,
    Saved,
    SolutionShown,
    Suspend,
    Suspended,
    Ungraded,
    WarmUp,
    Warned,
)
from etude.practice.watch.state import Phase, Step, View, WatchState
from etude.submission import Submission


def step(state: WatchState, message: Message) -> Step:
    match message:
        case Key(name):
            return press(replace(state, notice=""), name)
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
    among = None if state.among is None else state.among | {sheet.exercise.id}
    fresh = WatchState(state.catalog, sheet, among, best=sheet.best or state.best)
    opened, effects = _answered(fresh, message.answer)
    return (replace(opened, view=View.PROMPT) if opened.untouched else opened), effects


def _saved(state: WatchState, message: Saved) -> Step:
    if message.exercise != state.exercise.id:
        found = next((exercise for exercise in state.catalog if exercise.id == message.exercise), None)
        return state, () if found is None or isinstance(message.answer, str) else (Open(found),)
    if message.path != state.sheet.path:
        if isinstance(message.answer, str):  # the notebook beside the .py, say, is gone
            return state, ()
        state = replace(state, sheet=replace(state.sheet, path=message.path))
    view = View.LIST if state.view is View.LIST else View.SCORECARD
    return _answered(replace(state, view=view, scroll=0, notice="", confirm_solution=False), message.answer)


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
    earlier = state.final or state.graded != message.submission
    if message.final:
        best = {**best, report.exercise: max(best.get(report.exercise, 0.0), report.fraction)}
    return replace(
        state,
        report=report,
        graded=message.submission,
        before=state.report if state.report and earlier and not state.report.problem else state.before,
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
