"""An interview: the question on the screen, the clock below it, and the report at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from etude.chapters import chapter_title
from etude.exercise import Exercise
from etude.practice.mock import Ending, Interview, Question
from etude.render.page import render_prompt
from etude.render.terminal import WIDEST, details, headline, misconception, problem
from etude.render.visible import visible_line
from etude.report import CheckResult, Status

HURRY, LAST_CALL = 300, 60  # seconds left
ALL_COLUMNS = 75  # the narrowest report that has the questions' levels
KEYS = "g grade  n next  p previous  w prompt  f finish  q leave (stops the clock)"


def clock(seconds: float) -> str:
    """Minutes and seconds, rounded up: 0:00 is said when nothing is left."""
    whole = math.ceil(seconds - 1e-9)
    return f"{whole // 60}:{whole % 60:02}"


def render_question(interview: Interview, exercise: Exercise, prompt: str, console: Console) -> None:
    title = f"Question {interview.current + 1} of {len(interview.questions)}: {exercise.id}"
    console.print()
    console.print(_rule(console, title), width=_width(console))
    render_prompt(exercise, prompt, console)
    path = visible_line(str(interview.path(interview.question)))
    line = Text.assemble("Your answer goes into ", (path, "bold"), ", and is graded at each save.")
    line.overflow = "fold"
    console.print()
    console.print(line, width=_width(console))


def status(interview: Interview, grading: str, sure: bool) -> RenderableType:
    """What stands below everything else and is redrawn: the time left, the questions, the keys."""
    time = f"{clock(interview.left)} left"
    if interview.ending is not None:
        first = Text.assemble((_ending(interview), "bold"), f" Grading {grading}…" if grading else "")
        keys = Text("q leave (`etude mock` grades the rest)", "dim")
    else:
        style = "bold red" if interview.left <= LAST_CALL else "bold yellow" if interview.left <= HURRY else "bold"
        number = f"question {interview.current + 1} of {len(interview.questions)}"
        first = Text.assemble((time, style), f"  {number}", (f"  grading {grading}…" if grading else "", "cyan"))
        keys = Text(KEYS, "dim")
        if sure:
            keys = Text(f"Finish with {time}? f again to finish, any other key to go on", "bold yellow")
    lines = (first, Text("  ").join(_standing(interview)), keys)
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(Text(), *lines)


def _standing(interview: Interview) -> Iterator[Text]:
    """Each question with its points so far; the one on the screen is bold."""
    for question in interview.questions:
        here = "bold" if question is interview.question else ""
        yield Text.assemble((question.exercise, here), " ", (_points(question), _style(question) or here))


def _points(question: Question) -> str:
    return "–" if question.report is None else f"{question.score}/{question.maximum}"


def _style(question: Question) -> str:
    if question.report is None:
        return ""
    return "green" if question.full_marks else "yellow" if question.score else "red"


def render_interview(interview: Interview, console: Console) -> None:
    """The report: how long each question took, what was missed and why, and what to study."""
    width = _width(console)
    missed = [question for question in interview.questions if not question.full_marks]
    console.print()
    console.print(_rule(console, "Interview"), width=width)
    for part in (*_summary(interview, width), *(part for question in missed for part in _missed(question, console))):
        console.print(part, width=width)
    console.print(_rule(console, "What to study"), width=width)
    for part in _study(missed):
        console.print(part, width=width)


def _summary(interview: Interview, width: int) -> Iterator[RenderableType]:
    begun = datetime.fromisoformat(interview.begun).astimezone()
    facts = f"{begun:%Y-%m-%d %H:%M} · seed {interview.seed} · {clock(interview.used)} of {clock(interview.allowed)}"
    yield Text(facts, "dim")
    yield Text(_ending(interview))
    yield Text()
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", show_footer=True, footer_style="bold")
    table.add_column("question", "total", overflow="fold")  # the one that gives way where there is little room
    levels = width >= ALL_COLUMNS
    if levels:
        table.add_column("level", no_wrap=True)
    for heading, sum_of_all in (
        ("time", clock(interview.used)),
        ("planned", clock(60 * sum(each.minutes for each in interview.questions))),
        ("gradings", str(sum(each.gradings for each in interview.questions))),
        ("points", f"{interview.score}/{interview.maximum}"),
    ):
        table.add_column(heading, sum_of_all, justify="right", no_wrap=True)
    for question in interview.questions:
        slow = "yellow" if question.seconds > 60 * question.minutes else ""
        table.add_row(
            Text(question.exercise),
            *([Text(question.level)] if levels else []),
            Text(clock(question.seconds), slow),
            Text(clock(60 * question.minutes), "dim"),
            Text(str(question.gradings)),
            Text(_points(question), _style(question)),
        )
    yield table
    yield Text()


def _ending(interview: Interview) -> str:
    return "Finished before the bell." if interview.ending is Ending.EARLY else "The bell has rung."


def _missed(question: Question, console: Console) -> Iterator[RenderableType]:
    """The checks that did not pass, with everything that was withheld until now."""
    yield _rule(console, question.exercise)
    report = question.report
    if question.fault:
        yield Text(f"What was handed in could not be graded: {visible_line(question.fault)}", "yellow")
    if report is None:
        return
    if not question.begun:
        yield Text("Not begun: its file is still the stub.", "yellow")
        yield Text()
        return
    yield from problem(report)
    for check in report.checks if report.problem is None else ():
        if _is_missed(check):
            yield headline(check, console.encoding.lower().startswith("utf"))
            yield from details(check)
    if report.misconception is not None:
        yield from misconception(report)
        yield Text()


def _is_missed(check: CheckResult) -> bool:
    return check.counts and check.status is not Status.PASSED


def _study(missed: list[Question]) -> Iterator[RenderableType]:
    if not missed:
        yield Text("Nothing was missed: full marks.", "bold green")
        return
    commands = Table.grid(padding=(0, 3, 0, 0))
    commands.add_column(no_wrap=True)
    commands.add_column(overflow="fold")
    for question in missed:
        commands.add_row(Text(f"etude solution {question.exercise}"), Text("the answer, explained", "dim"))
    for chapter in dict.fromkeys(question.chapter for question in missed):
        more = Text(f"more of {chapter_title(chapter)}", "dim")
        commands.add_row(Text(f"etude list --chapter {int(chapter[1:3])}"), more)
    commands.add_row(Text("etude mock --report"), Text("this report again", "dim"))
    yield commands


def _rule(console: Console, title: str) -> Rule:
    unicode = console.encoding.lower().startswith("utf")
    return Rule(Text(title, "bold"), style="dim", align="left", characters="─" if unicode else "-")


def _width(console: Console) -> int:
    return min(console.width, WIDEST)
