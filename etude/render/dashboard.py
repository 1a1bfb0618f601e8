"""The dashboard. Laid out by hand, like the list of exercises: it has to be there at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from etude.extras import install_command
from etude.practice.dashboard import ChapterProgress, Dashboard, Suggestion
from etude.render.visible import visible_line
from etude.words import counted

WIDEST = 100
NAMED = 4  # how many of what is due are named
_CELLS = {True: ("━", "╍", "┄"), False: ("#", "+", ".")}  # full marks, tried, neither


def render_dashboard(dashboard: Dashboard, console: Console) -> None:
    unicode = console.encoding.lower().startswith("utf")
    width = min(console.width, WIDEST)
    if dashboard.begun:
        parts = [_headline(dashboard, unicode), Text(), *_chapters(dashboard, width, unicode), Text()]
        parts += [*_interview(dashboard), *_due(dashboard), *_next(dashboard)]
    else:
        parts = [*_interview(dashboard), *_welcome(dashboard)]
    for part in parts:
        console.print(part, width=width)


def _headline(dashboard: Dashboard, unicode: bool) -> Text:
    solved = Text.assemble((f"{dashboard.full_marks} of {dashboard.exercises}", "bold"), " exercises with full marks")
    return Text(" · " if unicode else " - ").join([solved, *_streak(dashboard)])


def _streak(dashboard: Dashboard) -> Iterator[Text]:
    if dashboard.streak:
        days = f"{counted(dashboard.streak, 'day')} in a row"
        yield Text.assemble((days, "bold"), "" if dashboard.practised_today else ", and today is still open")


def _chapters(dashboard: Dashboard, width: int, unicode: bool) -> Iterator[Text]:
    names = max(len(chapter.title) for chapter in dashboard.chapters)
    cells = max(min(width - names - 26, 40), 10)
    for chapter in dashboard.chapters:
        done = chapter.full_marks == chapter.exercises
        yield Text.assemble(
            f"  {visible_line(chapter.title):<{names}}  ",
            _bar(chapter, cells, _CELLS[unicode]),
            (f"  {chapter.full_marks:>2} of {chapter.exercises:<2}", "green" if done else ""),
            (f"  {chapter.tried} tried" if chapter.tried else "", "yellow"),
        )


def _bar(chapter: ChapterProgress, cells: int, marks: tuple[str, str, str]) -> Text:
    """Rounded down, but for what was tried: that always shows, and only full marks fill the bar."""
    solved = cells * chapter.full_marks // chapter.exercises
    either = cells * (chapter.full_marks + chapter.tried) // chapter.exercises
    full, tried, rest = marks
    return Text.assemble(
        (full * solved, "green"), (tried * (either - solved), "yellow"), (rest * (cells - either), "dim")
    )


def _interview(dashboard: Dashboard) -> Iterator[Text]:
    if dashboard.interview_left is not None:
        minutes = math.ceil(dashboard.interview_left / 60)
        left = f", with {counted(minutes, 'minute')} left"
        yield Text.assemble(("An interview is open", "bold yellow"), f"{left}: ", ("etude mock", "bold"), " goes on.")
        yield Text()


def _due(dashboard: Dashboard) -> Iterator[Text]:
    if dashboard.due:
        names = ", ".join(dashboard.due[:NAMED])
        more = len(dashboard.due) - NAMED
        tail = f" and {more} more" if more > 0 else ""
        yield Text.assemble((f"{len(dashboard.due)} due for review", "bold yellow"), f": {names}{tail}")
        yield Text()


def _next(dashboard: Dashboard) -> Iterator[Text]:
    suggestion = dashboard.suggestion
    if suggestion is not None:
        yield Text.assemble(("Next: ", "bold"), (suggestion.exercise.id, "bold cyan"), f", {suggestion.why}.")
        yield _facts(suggestion)
        yield Text(f"  {suggestion.command}", "bold")
    elif dashboard.missing:
        yield Text(f"The rest is to be installed first: {install_command(dashboard.missing)}", "yellow")
    else:
        yield Text("Full marks everywhere, and nothing is due.", "bold green")
        yield Text("  etude mock", "bold")


def _facts(suggestion: Suggestion) -> Text:
    exercise = suggestion.exercise
    return Text(f"  {visible_line(exercise.title)} ({exercise.level}, {exercise.minutes} minutes)", "dim")


def _welcome(dashboard: Dashboard) -> Iterator[Text]:
    yield Text("Welcome to étude: questions on neural networks that grade themselves.", "bold")
    yield Text(f"{dashboard.exercises} exercises in {len(dashboard.chapters)} chapters; `etude list` shows them.")
    yield Text()
    suggestion = dashboard.suggestion
    if suggestion is None:
        yield from _next(dashboard)
        return
    name = suggestion.exercise.id
    yield Text.assemble("Begin with ", (name, "bold cyan"), ":")
    yield _facts(suggestion)
    yield Text(f"  etude start {name}", "bold")
    yield Text()
    yield Text(f"It writes {name}.py for you to fill in. After that:")
    for line, what in (
        (f"etude show {name}", "what it asks"),
        (f"etude watch {name}", "grade it at every save"),
        (f"etude hint {name}", "where you are stuck"),
    ):
        yield Text.assemble(f"  {line:<{len(name) + 14}}", (what, "dim"))
