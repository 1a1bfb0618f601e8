"""A learner's progress as a PNG. Needs matplotlib (the extra `plots`)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from etude.practice.progress import Progress
from etude.render.progress import HOW_TIME_IS_COUNTED, NO_PROGRESS, clock_time, score_ticks, summary_line
from etude.render.visible import visible_line

GREEN, BLUE, OCHRE = "#1a7f37", "#0969da", "#9a6700"
FEW_DAYS = 6  # each is named on the axis; matplotlib would name hours


def progress_png(progress: Progress) -> bytes:
    figure = Figure(figsize=(8, 10), dpi=130, layout="constrained")
    figure.patch.set_facecolor("white")
    if progress.is_empty:
        figure.text(0.5, 0.5, NO_PROGRESS, ha="center")
    else:
        figure.suptitle(f"étude: {summary_line(progress)}", fontsize=11)
        score, time, reviews = figure.subplots(3, 1, height_ratios=(3, 4, 2))
        _draw_score(score, progress)
        _draw_time(time, progress)
        _draw_reviews(reviews, progress)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _draw_score(axes: Any, progress: Progress) -> None:
    axes.set_title("Score over time", loc="left")
    dates, scores = [day.date for day in progress.days], [day.score for day in progress.days]
    if len(dates) == 1:  # no line yet: a column, as in the terminal
        axes.bar(dates, scores, width=0.1, color=GREEN)
        axes.set_xlim(dates[0] - timedelta(days=1), dates[0] + timedelta(days=1))
    else:
        axes.plot(dates, scores, color=GREEN)
        axes.fill_between(dates, scores, color=GREEN, alpha=0.15)
    ticks = score_ticks(max(scores, default=0.0))
    axes.set_ylim(0, ticks[-1] * 1.05)
    axes.set_yticks(ticks)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    if len(dates) <= FEW_DAYS:
        axes.set_xticks(dates, [f"{date:%d %b %Y}" for date in dates])
    else:
        locator = AutoDateLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)


def _draw_time(axes: Any, progress: Progress) -> None:
    axes.set_title("Time per chapter", loc="left")
    chapters = progress.chapters[::-1]  # the first at the top
    names = [f"{_text(chapter.title)}  {chapter.full_marks}/{chapter.exercises}" for chapter in chapters]
    bars = axes.barh(range(len(chapters)), [chapter.minutes for chapter in chapters], color=BLUE)
    axes.set_yticks(range(len(chapters)), names)
    axes.bar_label(bars, [clock_time(c.minutes) if c.minutes else "" for c in chapters], padding=3, fontsize=8)
    axes.set_xticks([])
    axes.margins(x=0.12)
    axes.set_xlabel(HOW_TIME_IS_COUNTED, fontsize=8)
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def _draw_reviews(axes: Any, progress: Progress) -> None:
    axes.set_title("Reviews in the next two weeks", loc="left")
    counts = [load.reviews for load in progress.reviews]
    axes.bar(range(len(counts)), counts, color=OCHRE)
    axes.set_xticks(range(len(counts)), [f"{load.date:%a}\n{load.date.day}" for load in progress.reviews], fontsize=8)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(0, max(*counts, 1) * 1.1)
    axes.spines[["top", "right"]].set_visible(False)


def _text(text: str) -> str:
    return visible_line(text).replace("$", r"\$")
