"""Draws the README's pictures, docs/pictures/*.svg, for light and dark pages: what the terminal shows.

python docs/pictures.py

The answers are graded for real; the learner's history is made up.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI

from etude.attempts import Score
from etude.catalog import Catalog, shipped_bank
from etude.database import Database
from etude.events import Event, EventKind
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.metadata import read_text
from etude.practice.dashboard import Record, dashboard
from etude.practice.desk import Desk
from etude.practice.mock import Ending, Interview, Question
from etude.practice.watch.messages import Graded, Opened, Saved, Sheet
from etude.practice.watch.state import WatchState
from etude.practice.watch.step import step
from etude.render.dashboard import render_dashboard
from etude.render.mock import render_interview
from etude.render.terminal import render_report
from etude.render.watch import watch_frame
from etude.report import Report
from etude.submission import Submission

FOLDER = Path(__file__).with_name("pictures")
THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": MONOKAI}
NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
# The naive formula: right values for small scores, and an overflow for large ones.
NAIVE = """import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype(np.float64)
    if x.ndim == 0:
        return np.ones_like(x)
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)
"""
SHIFTED = NAIVE.replace("np.exp(x)", "np.exp(x - x.max(axis=axis, keepdims=True))")

Render = Callable[[Console], None]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    catalog = Catalog.load([shipped_bank()])
    with Judge() as judge:
        desk = Desk(judge, Database(Path("/nonexistent")), print)
        pictures: dict[str, tuple[str, int, Render]] = {
            "dashboard": ("etude", 88, _dashboard(catalog)),
            "scorecard": ("etude grade softmax", 88, _scorecard(catalog, desk)),
            "watch": ("etude watch softmax", 88, _watch(catalog, desk)),
            "mock": ("etude mock", 88, _mock(catalog, desk)),
        }
    for name, (title, width, render) in pictures.items():
        for theme_name, theme in THEMES.items():
            console = Console(record=True, width=width, height=36, file=io.StringIO(), force_terminal=True)
            render(console)
            svg = console.export_svg(title=title, theme=theme, unique_id=f"{name}-{theme_name}")
            svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # no fonts from the network
            (FOLDER / f"{name}-{theme_name}.svg").write_text(svg, "utf-8")


def _graded(desk: Desk, exercise: Exercise, source: str, speed: bool = True) -> tuple[Submission, Report]:
    submission = Submission(f"{exercise.id}.py", source)
    return submission, desk.grade(exercise, submission, GradeOptions(seed=1, speed=speed))


def _scorecard(catalog: Catalog, desk: Desk) -> Render:
    _, report = _graded(desk, catalog.get("softmax"), NAIVE)
    return lambda console: render_report(report, console)


def _dashboard(catalog: Catalog) -> Render:
    history = [*_made_up(catalog)]
    scores = [score for score, _ in history]
    reviews = [event for _, event in history if event]
    shown = dashboard([*catalog], Record(scores, reviews), NOW)
    return lambda console: render_dashboard(shown, console)


def _made_up(catalog: Catalog) -> Iterator[tuple[Score, Event | None]]:
    """Nine days of practice, up to today."""
    draw = random.Random(3)
    for number, exercise in enumerate([*catalog][:23]):
        at = NOW - timedelta(days=9 - number * 9 // 22, minutes=draw.randrange(300))
        full = draw.random() < 0.8
        score = Score(at, exercise.id, 10 if full else 6, 10, 0, False)
        rating = {"rating": draw.choice([2, 3, 3, 4, 4])}
        yield score, Event(at, EventKind.REVIEW, exercise.id, rating) if full else None


def _watch(catalog: Catalog, desk: Desk) -> Render:
    exercise = catalog.get("softmax")
    path = Path("softmax.py")
    sheet = Sheet(exercise, path, read_text(exercise.prompt_path), read_text(exercise.stub_path))
    first, before = _graded(desk, exercise, NAIVE)
    second, after = _graded(desk, exercise, SHIFTED)
    state = WatchState(tuple(catalog), sheet)
    for message in (
        Opened(sheet, first),
        Graded(first, before, NOW, final=True),
        Saved(exercise.id, path, second),
        Graded(second, after, NOW, final=True),
    ):
        state, _ = step(state, message)

    def render(console: Console) -> None:
        console.print(watch_frame(state, console)[0])

    return render


def _mock(catalog: Catalog, desk: Desk) -> Render:
    answers = {"softmax": NAIVE, "sigmoid": None, "classification_metrics": ""}
    exercises = [catalog.get(name) for name in answers]
    questions = tuple(Question.of(exercise) for exercise in exercises)
    interview = Interview("", NOW.isoformat(), 7, 45 * 60.0, "mock-2026-11-22", (), questions)
    for exercise, minutes in zip(exercises, (14.2, 11.5, 19.3), strict=True):
        interview = interview.after(minutes * 60)
        source = answers[exercise.id]
        if source != "":
            submission, report = _graded(desk, exercise, source or read_text(exercise.solution_path))
            interview = interview.graded(exercise.id, submission.source, report)
        interview = interview.turned(1)
    wrong = read_text(next(p for p in exercises[2].wrong_answers() if p.stem == "float_counts"))
    submission, report = _graded(desk, exercises[2], wrong)
    interview = interview.graded(exercises[2].id, submission.source, report).handed_in(Ending.BELL, {})
    return lambda console: render_interview(interview, console)


if __name__ == "__main__":
    main()
