"""`etude quiz`: quick questions."""

from __future__ import annotations

import io
import random
import sys
from typing import TYPE_CHECKING

import click

from etude.cli.banks import bank_options, load_catalog
from etude.errors import EtudeError

if TYPE_CHECKING:
    from rich.console import Console

    from etude.database import Database
    from etude.practice.quiz import Answered
    from etude.questions.question import Posed, Question


class _Left(Exception):
    """The learner has had enough."""


@click.command("quiz")
@click.argument("chapters", nargs=-1, metavar="[CHAPTER]...")
@click.option("--count", type=click.IntRange(min=1), default=10, show_default=True, help="How many to ask.")
@click.option("--all", "ask_all", is_flag=True, help="Ask every one.")
@click.option("--missed", is_flag=True, help="Only those you answered wrong the last time.")
@click.option("--seed", type=int, help="Draw the questions and their values from this number.")
@bank_options
def command(
    chapters: tuple[str, ...],
    count: int,
    ask_all: bool,
    missed: bool,
    seed: int | None,
    bank: tuple[str, ...],
    only_bank: bool,
) -> None:
    """Ask quick questions.

    Of all chapters, or of those named: 2, q02 or activations.

    Questions that you have not been asked, or answered wrong the last time, come first. The same --seed asks the same
    whatever you answered before. Enter alone passes; q leaves.
    """
    from etude.cli.message import console
    from etude.practice.quiz import chosen

    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    questions = _of_chapters(chapters, bank, only_bank)
    last = _last_answers() if seed is None or missed else {}
    if missed:
        questions = [question for question in questions if last.get(question.id) is False]
        if not questions:
            click.echo("You have missed none of these.", err=True)
            return
    own = random.SystemRandom().getrandbits(32) if seed is None else seed
    _ask(chosen(questions, None if ask_all else count, own, last if seed is None else {}), own, console())


def _of_chapters(chapters: tuple[str, ...], bank: tuple[str, ...], only_bank: bool) -> list[Question]:
    from etude.chapters import chapters_called
    from etude.questions.question_file import find_question_files, load_questions

    paths = find_question_files(load_catalog(bank, only_bank).banks)
    if not paths:
        raise EtudeError("etude quiz", "there are no quick questions in these banks", "name another with --bank DIR")
    if chapters:
        names = sorted(path.parent.name for path in paths)
        wanted = {name for chapter in chapters for name in chapters_called(chapter, names, chapter)}
        paths = [path for path in paths if path.parent.name in wanted]
    return load_questions(paths)


def _last_answers() -> dict[str, bool]:
    from etude.cli.attempts import with_database
    from etude.events import EventKind, Events
    from etude.practice.quiz import last_answers

    def query(database: Database) -> dict[str, bool]:
        return last_answers(Events(database).of(EventKind.QUIZ))

    return with_database(query, "what you answered before is not known") or {}


def _ask(questions: list[Question], seed: int, out: Console) -> None:
    from etude.practice.quiz import by_chapter, to_study
    from etude.render.quiz import render_summary

    answers: list[Answered] = []
    try:
        for number, question in enumerate(questions, 1):
            answered = _ask_one(question.posed(seed), number, len(questions), seed, out)
            if answered is None:
                break
            answers.append(answered)
    except KeyboardInterrupt:
        out.print()
        raise
    finally:
        if answers:
            results = by_chapter(answers)
            render_summary(results, to_study(results), out)


def _ask_one(posed: Posed, number: int, count: int, seed: int, out: Console) -> Answered | None:
    """None where the learner leaves."""
    from etude.cli.attempts import note
    from etude.events import EventKind
    from etude.practice.quiz import Answered
    from etude.render.quiz import render_question, render_verdict

    render_question(posed, number, count, out)
    try:
        reply = _reply(posed, out)
    except _Left:
        return None
    right = reply is not None and posed.is_right(reply)
    note(EventKind.QUIZ, posed.id, chapter=posed.chapter, right=right, seed=seed)
    render_verdict(posed, right, reply is not None, out)
    return Answered(posed.chapter, right, passed=reply is None)


def _reply(posed: Posed, out: Console) -> float | None:
    """None where the learner passes; _Left where they leave."""
    from etude.questions.reply import ReplyError, read_reply
    from etude.render.quiz import question_prompt
    from etude.render.visible import visible_line

    while True:
        try:
            typed = out.input(question_prompt(posed)).strip()
        except EOFError:
            out.print()  # the prompt's line is still open
            raise _Left from None
        if not sys.stdin.isatty():
            click.echo(visible_line(typed))  # nobody else shows what came from a pipe
        if typed.lower() in ("q", "quit"):
            raise _Left
        if not typed:
            return None
        try:
            return read_reply(typed, posed)
        except ReplyError as error:
            click.echo(f"{str(error).capitalize()}; Enter alone passes, q leaves.")
