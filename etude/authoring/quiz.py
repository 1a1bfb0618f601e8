"""Section 9: quick questions that are in order whatever values are drawn, as far as a machine can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from etude.authoring.fault import Fault
from etude.errors import CatalogError
from etude.questions.question import Posed, Question, drawn_as
from etude.questions.question_file import find_question_files, read_question_files
from etude.questions.reply import ReplyError, read_number
from etude.questions.template import shown_forms

FEWEST_QUESTIONS = 8  # of a chapter


def audit_quizzes(banks: Iterable[Path]) -> Iterator[Fault]:
    paths = find_question_files(banks)
    questions, mistakes = read_question_files(paths)
    for mistake in mistakes:
        yield Fault(Path(mistake.subject), mistake.problem, mistake.fix)
    for question in questions:
        for problem, mend in _question(question):
            yield Fault(question.path, f"question {question.id}: {problem}", mend)
    counts = Counter(question.path for question in questions)
    for path in paths:
        if counts[path] < FEWEST_QUESTIONS:
            yield Fault(path, f"{counts[path]} questions that can be asked", f"write {FEWEST_QUESTIONS} at least")


def _question(question: Question) -> Iterator[tuple[str, str]]:
    """What is wrong with it and how to mend it; of its combinations only the first that is wrong."""
    all_posed = []
    for drawn in question.combinations():
        try:
            posed = question.posed_with(drawn, [*range(len(question.choices))])
        except CatalogError as error:
            yield error.problem.partition(": ")[2], error.fix
            return
        if wrong := _wrong(question, drawn, posed):
            yield wrong
            return
        all_posed.append(posed)
    if question.answer:
        yield from _answers(all_posed)


def _wrong(question: Question, drawn: Mapping[str, Any], posed: Posed) -> tuple[str, str] | None:
    if len(set(posed.choices)) < len(posed.choices):
        return f"two choices are the same{drawn_as(drawn)}", "draw other values, or write other choices"
    if posed.answer is None:
        return None
    forms = shown_forms(question.explain, "answer", {"answer": posed.answer})
    if not forms:
        return "explain does not show {answer}", "show it"
    if not any(_is_accepted(form, posed) for form in forms):
        problem = f"the answer is shown as {forms[0]}, which would not be accepted for {posed.answer}{drawn_as(drawn)}"
        return problem, "show {answer} with more digits, or write a tolerance"
    return None


def _is_accepted(form: str, posed: Posed) -> bool:
    try:
        return posed.is_right(read_number(form, posed.unit))
    except ReplyError:
        return False


def _answers(all_posed: Sequence[Posed]) -> Iterator[tuple[str, str]]:
    """An answer depends on what is drawn, and on nothing that is not shown."""
    if len({posed.answer for posed in all_posed}) == 1:
        yield f"the answer is always {all_posed[0].answer}", "let it depend on values that are drawn"
    answers: dict[str, float | None] = {}
    for posed in all_posed:
        if answers.setdefault(posed.ask, posed.answer) != posed.answer:
            yield "the answer depends on a value that ask does not show", "show each value that it depends on"
            return
