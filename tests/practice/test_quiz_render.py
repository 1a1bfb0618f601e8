"""How a round of quick questions looks."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from etude.practice.quiz import Answered, ChapterResult, by_chapter, to_study
from etude.questions.question import Posed
from etude.render.quiz import render_question, render_summary, render_verdict

POSED = Posed(
    "long",
    "q13_training_strategies",
    "A question " * 20 + "\n\n```python\nx = w @ x + b\n```",
    "Because " * 30,
    tuple(f"{letter} choice that is long " * 6 for letter in "abcd"),
)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_lines_fit_and_marks_are_ones_that_the_terminal_has(width: int, encoding: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    console = Console(file=file, width=width, highlight=False, markup=False)
    render_question(POSED, 1, 2, console)
    for right, known in ((True, True), (False, True), (False, False)):
        render_verdict(POSED, right, known, console)
    results = [ChapterResult("q01_basics", 1, 2, 1), ChapterResult("q13_training_strategies", 3, 3)]
    render_summary(results, to_study(results), console)
    file.seek(0)
    lines = file.read().splitlines()
    assert max(map(len, lines)) <= width
    assert ("+ Right." in lines) == (encoding == "ascii")
    assert ("✓ Right." in lines) == (encoding == "utf-8")


def test_what_to_study_is_what_was_missed_the_worst_first() -> None:
    answers = [Answered("q02_b", False), Answered("q01_a", True), Answered("q01_a", False, passed=True)]
    results = by_chapter([*answers, Answered("q03_c", True)])
    assert results == [ChapterResult("q01_a", 1, 2, 1), ChapterResult("q02_b", 0, 1), ChapterResult("q03_c", 1, 1)]
    assert to_study(results) == ["q02_b", "q01_a"]
