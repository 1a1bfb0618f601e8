"""When each exercise under review is due, the earliest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.text import Text

Dates = Sequence[tuple[datetime, str]]  # due, exercise


def render_due(dates: Dates, now: datetime, console: Console) -> None:
    """What is due, in a line or so; else when the next one is."""
    due = [exercise for when, exercise in dates if when <= now]
    if due:
        console.print(Text.assemble((f"{len(due)} due", "bold yellow"), f": {', '.join(due)}"))
    else:
        when, exercise = dates[0]
        console.print(Text.assemble(("Nothing is due", "bold green"), f": the next is {exercise}, {_when(when, now)}."))


def render_reviews(dates: Dates, now: datetime, console: Console) -> None:
    names = max(len(exercise) for _, exercise in dates)
    for when, exercise in dates:
        style = "yellow" if when <= now else ""
        line = Text.assemble(f"  {exercise:<{names}}  ", (f"{when.astimezone():%Y-%m-%d}  {_when(when, now)}", style))
        console.print(line, no_wrap=True, overflow="ellipsis")


def _when(due: datetime, now: datetime) -> str:
    """In calendar days, as the learner's own calendar has them."""
    days = (due.astimezone().date() - now.astimezone().date()).days
    if days == 0:
        return "due today" if due <= now else "later today"
    if days == 1:
        return "tomorrow"
    return f"in {days} days" if days > 0 else f"{-days} day{'s' * (days < -1)} overdue"
