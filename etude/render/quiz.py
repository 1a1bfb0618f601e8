"""Quick questions: what is asked, whether it was right and why, and at the end what to study."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from etude.chapters import chapter_title
from etude.practice.quiz import ChapterResult
from etude.questions.question import Posed
from etude.render.page import THEME, WIDEST
from etude.render.visible import visible, visible_line


def render_question(posed: Posed, number: int, count: int, console: Console) -> None:
    console.print()
    console.print(Text(f"{chapter_title(posed.chapter)} · question {number} of {count}", "dim"))
    _print_markdown(posed.ask, console)
    console.print()
    if posed.choices:
        _print_choices(posed.choices, console)
        console.print()


def _print_choices(choices: Sequence[str], console: Console) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="bold", justify="right", width=4)
    grid.add_column(overflow="fold")
    for place, choice in enumerate(choices, 1):
        grid.add_row(f"{place}.", _markdown(choice))
    with console.use_theme(THEME):
        console.print(grid, width=min(console.width, WIDEST))


def question_prompt(posed: Posed) -> Text:
    if posed.choices:
        return Text(f"1 to {len(posed.choices)}: ", "bold")
    unit = f"in {visible_line(posed.unit)}" if posed.unit else "a number"
    return Text(f"{unit}, within {posed.tolerance * 100:g} %: " if posed.tolerance else f"{unit}: ", "bold")


def render_verdict(posed: Posed, right: bool, known: bool, console: Console) -> None:
    """`known` is False where the learner passed."""
    console.print()
    unicode = console.encoding.lower().startswith("utf")
    if right:
        console.print(Text("✓ Right." if unicode else "+ Right.", "bold green"))
    else:
        wrong, passed = ("✗ Wrong: it is ", "– It is ") if unicode else ("x Wrong: it is ", "- It is ")
        style = "bold red" if known else "bold yellow"
        _print_right_answer(posed, Text(wrong if known else passed, style), console)
    _print_markdown(posed.explain, console)


def _print_right_answer(posed: Posed, lead: Text, console: Console) -> None:
    """A number ends the line; of a choice, what it says follows, as Markdown."""
    lead.append(visible_line(posed.right_answer))
    if not posed.choices:
        console.print(lead.append("."))
        return
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(lead.append("."), _markdown(posed.choices[posed.right]))
    with console.use_theme(THEME):
        console.print(grid, width=min(console.width, WIDEST))


def render_summary(results: Sequence[ChapterResult], study: Sequence[str], console: Console) -> None:
    titles = [chapter_title(result.chapter) for result in results]
    width = max(len("all"), *(len(title) for title in titles))
    right, asked, passed = (
        sum(column) for column in zip(*((r.right, r.asked, r.passed) for r in results), strict=True)
    )

    def line(title: str, right: object, asked: object, passing: object) -> str:
        return f"{title:<{width}}  {right:>5}  {asked:>5}" + (f"  {passing:>6}" if passed else "")

    lines = [Text(line("", "right", "asked", "passed"), "dim")]
    for title, result in zip(titles, results, strict=True):
        style = "green" if result.right == result.asked else ""
        lines.append(Text(line(title, result.right, result.asked, result.passed), style))
    if len(results) > 1:
        lines.append(Text(line("all", right, asked, passed), "bold"))
    if study:
        lines += [Text(), Text(f"To study: {', '.join(chapter_title(chapter) for chapter in study)}.")]
        lines += [Text(f"  etude list --chapter {study[0].partition('_')[0]:<6}its exercises", "dim")]
        lines += [Text(f"  {'etude quiz --missed':<27}asks again what you missed", "dim")]
    console.print()
    console.print(Text("\n").join(lines))


def _markdown(text: str) -> Markdown:
    return Markdown(visible(text).strip(), code_theme="ansi_dark", hyperlinks=False)


def _print_markdown(text: str, console: Console) -> None:
    with console.use_theme(THEME):
        console.print(_markdown(text), width=min(console.width, WIDEST))
