"""Pages to read: an exercise's prompt, its hints, and its solution with the explanation."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from etude.exercise import Exercise
from etude.render.comparison import CODE, render_comparison
from etude.render.visible import visible
from etude.syntax import parse

if TYPE_CHECKING:
    from etude.practice.hints import Hint
    from etude.practice.solution import OwnAnswer

WIDEST = 100
INLINE_CODE = "bold cyan"
THEME = Theme({"markdown.code": INLINE_CODE, "markdown.h1": "bold", "markdown.h2": "bold"})  # on light and dark alike


def render_prompt(exercise: Exercise, prompt: str, console: Console) -> None:
    width = min(console.width, WIDEST)
    facts = f"{exercise.chapter_title} · {exercise.level} · {exercise.minutes} minutes · {exercise.framework}"
    console.print(Text(facts, "dim"), width=width)
    with console.use_theme(THEME):
        console.print(Markdown(prompt, code_theme="ansi_dark"), width=width)


def render_hints(seen: Sequence[Hint], following: Hint | None, total: int, solution: str, console: Console) -> None:
    """Those seen before, dimmed; the next; and after the last the command that shows the `solution`."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for hint in (*seen, *([following] if following else [])):
        style = "" if hint is following else "dim"
        table.add_row(Text(f"{hint.number}/{hint.total}", style or "bold"), inline_code(visible(hint.text), style))
    if not total:
        ending = "This exercise has no hints."
    elif following is None:
        ending = "There are no more hints."
    elif following.number == total:
        ending = "This is the last hint."
    else:
        ending = ""
    width = min(console.width, WIDEST)
    if table.row_count:
        console.print(table, width=width)
        console.print()
    if ending:
        console.print(Text(f"{ending} `{solution}` shows the answer, explained."), width=width)


def inline_code(text: str, style: str = "") -> Text:
    """Plain text but for what stands between backticks. Markdown would take __init__ in a hint for a bold init."""
    shown = Text(style=style)
    for place, part in enumerate(re.split(r"`([^`\n]+)`", text)):
        shown.append(part, INLINE_CODE if place % 2 else "")
    return shown


def render_solution(source: str, console: Console, own: OwnAnswer | None = None) -> None:
    """The module's docstring as the explanation, then its code in colour, beside the learner's where there is one."""
    explanation, code = _split(source)
    width = min(console.width, WIDEST)
    if explanation:
        with console.use_theme(THEME):
            console.print(Padding(Markdown(explanation, code_theme="ansi_dark"), (0, 0, 1, 0)), width=width)
        console.print(Rule(style="dim"), width=width)
    if own is not None:
        render_comparison(_split(own.source)[1], own.origin, code, console)
    else:
        console.print(Syntax(code, "python", theme=CODE, background_color="default", word_wrap=True), width=width)


def _split(source: str) -> tuple[str, str]:
    """A module's docstring, and the code below it."""
    try:
        tree = parse(source)
    except SyntaxError:
        return "", source
    explanation = ast.get_docstring(tree)
    if explanation is None:
        return "", source
    end = tree.body[0].end_lineno or 0
    return explanation, "\n".join(source.split("\n")[end:]).strip("\n")
