"""A learner's progress as one page: inline SVG, light or dark as the reader has it; no script, no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from etude.practice.progress import ChapterProgress, Day, Progress, ReviewLoad
from etude.render.pages import environment
from etude.render.progress import HOW_TIME_IS_COUNTED, NO_PROGRESS, clock_time, score_ticks, summary_line
from etude.render.terminal import percent
from etude.render.visible import visible_line

WIDTH, LEFT = 700, 44  # of the drawings; what stands left of an axis
SCORE_HEIGHT, REVIEW_HEIGHT = 180, 110
LONGEST_BAR = 340


def progress_page(progress: Progress) -> str:
    return (
        environment()
        .get_template("progress.html")
        .render(
            progress=progress,
            nothing=NO_PROGRESS,
            summary=summary_line(progress),
            how_time_is_counted=HOW_TIME_IS_COUNTED,
            width=WIDTH,
            left=LEFT,
            score=_score(progress.days),
            chapters=_chapters(progress.chapters),
            reviews=_reviews(progress.reviews),
        )
    )


def _score(days: Sequence[Day]) -> dict[str, Any]:
    """A line through the days; where there is only one, a column."""
    ticks = score_ticks(max((day.score for day in days), default=0.0))
    room = WIDTH - LEFT

    def y(score: float) -> float:
        return round(8 + (1 - score / ticks[-1]) * (SCORE_HEIGHT - 8), 1)

    pitch = room / max(len(days) - 1, 1)
    points = [f"{LEFT + index * pitch:.1f},{y(day.score)}" for index, day in enumerate(days)]
    return {
        "height": SCORE_HEIGHT,
        "ticks": [{"y": y(tick), "label": percent(tick)} for tick in ticks],
        "points": " ".join(points),
        "area": " ".join((f"{LEFT},{SCORE_HEIGHT}", *points, f"{WIDTH},{SCORE_HEIGHT}")),
        "tops": [y(day.score) for day in days],
        "middle": LEFT + room / 2,
        "dates": [f"{day.date:%d %b %Y}" for day in days],
    }


def _chapters(chapters: Sequence[ChapterProgress]) -> list[dict[str, Any]]:
    most = max((chapter.minutes for chapter in chapters), default=0.0) or 1.0
    return [
        {
            "title": visible_line(chapter.title),
            "done": f"{chapter.full_marks}/{chapter.exercises}",
            "length": round(chapter.minutes / most * LONGEST_BAR, 1),
            "time": clock_time(chapter.minutes) if chapter.minutes else "",
        }
        for chapter in chapters
    ]


def _reviews(reviews: Sequence[ReviewLoad]) -> dict[str, Any]:
    most = max((load.reviews for load in reviews), default=0) or 1
    pitch = WIDTH / max(len(reviews), 1)

    def column(index: int, load: ReviewLoad) -> dict[str, Any]:
        height = load.reviews / most * (REVIEW_HEIGHT - 20)
        return {
            "x": round(index * pitch + 4, 1),
            "middle": round(index * pitch + pitch / 2, 1),
            "y": round(REVIEW_HEIGHT - height, 1),
            "height": round(height, 1),
            "count": load.reviews or "",
            "name": f"{load.date:%a}",
            "number": load.date.day,
        }

    return {
        "total": sum(load.reviews for load in reviews),
        "height": REVIEW_HEIGHT,
        "wide": round(pitch - 8, 1),
        "days": [column(index, load) for index, load in enumerate(reviews)],
    }
