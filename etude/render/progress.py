"""A learner's progress in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from etude.practice.progress import LONGEST_GAP, ChapterProgress, Day, Progress, ReviewLoad
from etude.render.terminal import percent
from etude.render.visible import visible_line

WIDEST = 110
HEIGHT = 6  # lines of a chart
EIGHTHS = " ▁▂▃▄▅▆▇█"
ACROSS = " ▏▎▍▌▋▊▉█"
NO_PROGRESS = "Nothing to show yet: begin with `etude start EX`, then `etude grade EX`."
HOW_TIME_IS_COUNTED = (
    "Time runs between the starts, hints and attempts of one exercise;"
    f" a gap of over {LONGEST_GAP.seconds // 60} minutes counts as none."
)


def render_progress(progress: Progress, console: Console) -> None:
    if progress.is_empty:
        console.print(Text(NO_PROGRESS))
        return
    unicode = console.encoding.lower().startswith("utf")
    width = min(console.width, WIDEST)
    parts = [
        _summary(progress),
        *_section("Score over time"),
        *_score_chart(progress.days, width, unicode),
        *_section("Time per chapter"),
        *_chapter_bars(progress.chapters, width, unicode),
        Text(HOW_TIME_IS_COUNTED, "dim"),
        *_section("Reviews in the next two weeks"),
        *_review_chart(progress.reviews, width, unicode),
    ]
    console.print(Text("\n").join(parts), width=width, highlight=False)


def summary_line(progress: Progress) -> str:
    """How far the learner is: `12 of 54 exercises with full marks, 31% of all marks, 5 h 20 min at work`."""
    last = progress.days[-1] if progress.days else None
    full, score = (last.full_marks, last.score) if last else (0, 0.0)
    marks = f"{full} of {progress.exercises} exercises with full marks, {percent(score)} of all marks"
    return f"{marks}, {clock_time(progress.minutes)} at work"


def clock_time(minutes: float) -> str:
    """`25 min`, `3 h 05 min`."""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min" if hours else f"{rest} min"


def score_ticks(top: float) -> list[float]:
    """Whole percents from 0 up to `top` or the next above it, to mark on an axis."""
    step = next(step for step in (1, 2, 5, 10, 25, 50) if top * 100 <= 3 * step)
    return [mark * step / 100 for mark in range(max(math.ceil(top * 100 / step - 1e-9), 1) + 1)]


def _summary(progress: Progress) -> Text:
    return Text(summary_line(progress))


def _section(title: str) -> Iterator[Text]:
    yield Text()
    yield Text(title, "bold")


def _score_chart(days: Sequence[Day], width: int, unicode: bool) -> Iterator[Text]:
    """Best scores of all exercises together: one column a day, or the last of as many days as a column stands for."""
    if not days:
        yield Text("No attempt yet.", "dim")
        return
    room = width - 6
    step = -(-len(days) // room)
    shown = list(days[::-1][::step][::-1])  # so that the last column is today
    wide = max(min(room // len(shown), 6), 1)
    top = max(shown[-1].score, 0.01)
    for line, text in enumerate(_columns([day.score for day in shown], top, wide, 0, unicode)):
        label = percent(top) if line == 0 else "0%" if line == HEIGHT - 1 else ""
        yield Text.assemble((f"{label:>5} ", "dim"), (text, "green"))
    first, last = f"{shown[0].date:%d %b %Y}", f"{shown[-1].date:%d %b %Y}"
    gap = len(shown) * wide - len(first) - len(last)
    yield Text(" " * 6 + (f"{first}{' ' * gap}{last}" if gap > 1 else f"{first} – {last}" if unicode else
                          f"{first} - {last}"), "dim")  # fmt: skip


def _chapter_bars(chapters: Sequence[ChapterProgress], width: int, unicode: bool) -> Iterator[Text]:
    names = max((len(visible_line(chapter.title)) for chapter in chapters), default=0)
    names = min(names, 32)
    room = min(width - names - 28, 40)
    most = max((chapter.minutes for chapter in chapters), default=0.0)
    for chapter in chapters:
        name = Text(visible_line(chapter.title))
        name.truncate(names, overflow="ellipsis", pad=True)
        done = chapter.full_marks == chapter.exercises
        yield Text.assemble(
            name,
            (f"  {f'{chapter.full_marks}/{chapter.exercises}':>6}", "green" if done else ""),
            f"  {clock_time(chapter.minutes) if chapter.minutes else '':>12}  ",
            (_bar(chapter.minutes / most if most else 0.0, room, unicode), "cyan"),
        )


def _review_chart(reviews: Sequence[ReviewLoad], width: int, unicode: bool) -> Iterator[Text]:
    total = sum(load.reviews for load in reviews)
    if not total:
        yield Text("None: an exercise comes back some days after its first full marks.", "dim")
        return
    wide = 5 if width >= 5 * len(reviews) + 2 else 3
    most = max(load.reviews for load in reviews)
    yield Text("".join(f"{load.reviews or '':^{wide}}" for load in reviews).rstrip())
    for line in _columns([load.reviews for load in reviews], most, wide - 2, 1, unicode, min(HEIGHT, most)):
        yield Text(f"{line}", "yellow")
    yield Text("".join(f"{load.date:%a}"[: wide - 1].center(wide) for load in reviews).rstrip(), "dim")
    yield Text("".join(f"{f'{load.date:%d}':^{wide}}" for load in reviews).rstrip(), "dim")


def _columns(
    values: Sequence[float], top: float, wide: int, gap: int, unicode: bool, height: int = HEIGHT
) -> Iterator[str]:
    """A column for each value, `wide` cells and `gap` blank ones on either side; the highest line first."""
    for line in reversed(range(height)):
        cells = []
        for value in values:
            eighths = min(max(round((value / top * height - line) * 8), 0), 8)
            if line == 0 and value > 0:
                eighths = max(eighths, 1)  # little is not nothing
            mark = EIGHTHS[eighths] if unicode else " _#"[(eighths > 0) + (eighths >= 4)]
            cells.append(" " * gap + mark * wide + " " * gap)
        yield "".join(cells).rstrip()


def _bar(fraction: float, room: int, unicode: bool) -> str:
    eighths = round(fraction * room * 8)
    if not unicode:
        return "#" * -(-eighths // 8)
    return "█" * (eighths // 8) + ACROSS[eighths % 8].strip()
