"""Pages to read: an exercise's prompt, and its solution with the explanation."""

from __future__ import annotations

import ast

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from etude.exercise import Exercise

WIDEST = 100
THEME = Theme({"markdown.code": "bold cyan", "markdown.h1": "bold", "markdown.h2": "bold"})  # on light and dark alike


def render_prompt(exercise: Exercise, prompt: str, console: Console) -> None:
    width = min(console.width, WIDEST)
    facts = f"{exercise.chapter_title} · {exercise.level} · {exercise.minutes} minutes · {exercise.framework}"
    console.print(Text(facts, "dim"), width=width)
    with console.use_theme(THEME):
        console.print(Markdown(prompt, code_theme="ansi_dark"), width=width)


def render_solution(source: str, console: Console) -> None:
    """The module's docstring as the explanation, then its code in colour."""
    explanation, code = _split(source)
    width = min(console.width, WIDEST)
    if explanation:
        with console.use_theme(THEME):
            console.print(Padding(Markdown(explanation, code_theme="ansi_dark"), (0, 0, 1, 0)), width=width)
        console.print(Rule(style="dim"), width=width)
    console.print(Syntax(code, "python", theme="ansi_dark", background_color="default", word_wrap=True), width=width)


def _split(source: str) -> tuple[str, str]:
    tree = ast.parse(source)
    explanation = ast.get_docstring(tree)
    if explanation is None:
        return "", source
    end = tree.body[0].end_lineno or 0
    return explanation, "".join(source.splitlines(keepends=True)[end:]).strip("\n")
