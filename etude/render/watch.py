"""Watch mode's screen: the state as lines that fit the terminal. The scorecard itself is in watch_card.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.segment import SegmentLines
from rich.table import Table
from rich.text import Text

from etude.practice.solution import OwnAnswer
from etude.practice.watch.state import Phase, View, WatchState
from etude.render.page import inline_code, render_prompt, render_solution
from etude.render.paper import Lines, Paper
from etude.render.terminal import percent, total
from etude.render.visible import visible_line
from etude.render.watch_card import scorecard, with_speed_to_come

if TYPE_CHECKING:
    from etude.exercise import Exercise

HELP_KEYS = (("h", "hint"), ("n", "next"), ("p", "prev"), ("s", "solution"), ("w", "prompt"), ("l", "list"),
             ("r", "again"), ("q", "quit"))  # fmt: skip
MORE_KEY = ("↑ ↓", "more")
PAGE_KEYS = (("↑ ↓", "scroll"), ("esc", "back"), ("n", "next"), ("p", "previous"), ("l", "list"), ("q", "quit"))
LIST_KEYS = (("↑ ↓", "choose"), ("enter", "go there"), ("esc", "back"), ("q", "quit"))


def watch_frame(state: WatchState, console: Console) -> tuple[RenderableType, int]:
    """The screen, and how far the page on it can be scrolled."""
    paper = Paper(console)
    head = paper.lines(_head(state, paper))
    for more in (False, True):  # the foot says so where there is more, and the body has what the foot leaves
        foot = paper.lines(_foot(state, paper, more))
        room = max(paper.height - len(head) - len(foot), 1)
        body, furthest = _body(state, console, paper, room)
        if not furthest:
            break
    blank: Lines = [[]] * (room - len(body))
    lines = [*head, *body[:room], *blank, *foot][: paper.height]
    return SegmentLines(lines, new_lines=True), furthest


def _body(state: WatchState, console: Console, paper: Paper, room: int) -> tuple[Lines, int]:
    match state.view:
        case View.SCORECARD:
            lines, whole = scorecard(state, paper, room)
            shown, furthest = _page(whole, state.scroll, room, paper)
            return shown if state.scroll and furthest else lines, furthest
        case View.LIST:
            return _list(state, paper, room), 0
        case View.PROMPT:
            page = paper.printed(lambda: render_prompt(state.exercise, state.sheet.prompt, console))
        case View.SOLUTION:
            page = paper.printed(lambda: render_solution(state.solution, console, _own(state)))
    return _page(page, state.scroll, room, paper)


def _own(state: WatchState) -> OwnAnswer | None:
    if state.submission is None or state.untouched:
        return None
    score = f", {state.report.score} of {state.report.maximum} points" if state.report and state.final else ""
    return OwnAnswer(state.submission.source, f"your answer{score}")


# --- head and foot


def _head(state: WatchState, paper: Paper) -> Iterator[RenderableType]:
    exercise = state.exercise
    yield _row(
        Text.assemble((exercise.id, "bold"), f"  {visible_line(exercise.title)}"),
        Text(visible_line(str(state.sheet.path)), "dim"),
    )
    if not paper.roomy:
        return
    if state.view is View.PROMPT:  # which begins with the facts
        yield paper.rule()
        return
    best = state.best.get(exercise.id)
    facts = [exercise.chapter_title, exercise.level.value, f"{exercise.minutes} minutes"]
    facts += [] if best is None else [f"best {percent(best)}"]
    yield _row(Text(paper.plain(" · ".join(facts)), "dim"), _phase(state, paper))
    yield paper.rule()


def _phase(state: WatchState, paper: Paper) -> Text:
    if state.phase is not Phase.IDLE:
        return Text(paper.plain(state.phase.value), "yellow")
    return Text("" if state.graded_at is None else f"graded at {state.graded_at.astimezone():%H:%M:%S}", "dim")


def _row(left: Text, right: Text) -> Table:
    row = Table.grid(expand=True, padding=(0, 2, 0, 0))
    row.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    row.add_column(no_wrap=True, overflow="ellipsis", justify="right")
    row.add_row(left, right)
    return row


def _foot(state: WatchState, paper: Paper, more: bool) -> Iterator[RenderableType]:
    if paper.roomy:
        yield paper.rule()
    if state.view is View.SCORECARD:
        yield from _verdict(state, paper)
        yield from _hints(state, paper)
    if state.notice:
        yield Text(paper.plain(visible_line(state.notice)), "yellow")
    card = (MORE_KEY, *HELP_KEYS) if more else HELP_KEYS
    yield _keys({View.SCORECARD: card, View.LIST: LIST_KEYS}.get(state.view, PAGE_KEYS), paper)


def _verdict(state: WatchState, paper: Paper) -> Iterator[RenderableType]:
    report = with_speed_to_come(state, paper)
    if report is None or state.problem or state.untouched:
        return
    yield from total(report)
    if not paper.roomy and state.phase is not Phase.IDLE:
        yield _phase(state, paper)
    if (difference := state.difference) is not None:
        style = "green" if difference.points > 0 else "red" if difference.points < 0 else "dim"
        yield Text(paper.plain(visible_line(str(difference))), style)
    if report.full_marks and state.final:
        yield Text("Full marks: n is the next exercise, s the solution, explained.", "bold green")


def _hints(state: WatchState, paper: Paper) -> Iterator[RenderableType]:
    if not state.show_hints or state.sheet.exam:
        return
    hints = [*enumerate(state.exercise.hints[: state.sheet.hints_seen], start=1)]
    for number, hint in hints if paper.roomy else hints[-1:]:
        label = f"hint {number} of {len(state.exercise.hints)}: "
        style = "cyan" if number == len(hints) else "dim"
        yield Text.assemble((label, "dim"), inline_code(visible_line(hint), style))


def _keys(keys: Sequence[tuple[str, str]], paper: Paper) -> Text:
    return Text("  ").join(Text.assemble((paper.plain(key), "bold"), (f" {word}", "dim")) for key, word in keys)


# --- pages and the list


def _page(lines: Lines, scroll: int, room: int, paper: Paper) -> tuple[Lines, int]:
    furthest = max(len(lines) - room, 0)
    begin = min(scroll, furthest)
    shown = lines[begin : begin + room]
    if begin < furthest:
        left = furthest - begin + 1
        shown = [*shown[:-1], *paper.lines([paper.dim(f"… {left} more lines")])]
    return shown, furthest


def _list(state: WatchState, paper: Paper, room: int) -> Lines:
    """The part of the list around the cursor."""
    parts: list[RenderableType] = []
    chosen, chapter = 0, ""
    for number, exercise in enumerate(state.exercises):
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            parts += [Text(exercise.chapter_title, "bold")]
        if number == state.cursor:
            chosen = len(parts)
        parts.append(_entry(state, exercise, number == state.cursor, paper))
    begin = min(max(chosen - room // 2, 0), max(len(parts) - room, 0))
    return paper.lines(parts[begin : begin + room])


def _entry(state: WatchState, exercise: Exercise, chosen: bool, paper: Paper) -> Table:
    best = state.best.get(exercise.id)
    row = Table.grid(expand=True, padding=(0, 2, 0, 0))
    row.add_column(width=1)
    row.add_column(width=max(len(each.id) for each in state.exercises), no_wrap=True)
    row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    row.add_column(width=8, no_wrap=True)
    row.add_column(width=4, justify="right", no_wrap=True)
    style = "bold" if chosen else ""
    row.add_row(
        Text(paper.plain("›") if chosen else "", "bold cyan"),
        Text(exercise.id, style),
        Text(visible_line(exercise.title), "" if chosen else "dim"),
        Text(exercise.level.value, "dim"),
        Text("" if best is None else percent(best), "green" if best == 1 else "yellow"),
    )
    return row
