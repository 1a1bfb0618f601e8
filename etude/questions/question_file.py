"""Read a chapter's quick questions: every mistake is a CatalogError with file, question and mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from reprlib import repr
from types import MappingProxyType
from typing import Any, TypeAlias

from etude.catalog import CHAPTER
from etude.errors import CatalogError
from etude.metadata import is_identifier, read_toml
from etude.questions.expression import BIGGEST, FUNCTIONS, ExpressionError, names_in
from etude.questions.question import Question
from etude.questions.template import TemplateError, fields_of

MOST_COMBINATIONS = 2000
FEWEST_CHOICES, MOST_CHOICES = 3, 5
FILE = "quiz.toml"

Mistake: TypeAlias = tuple[str, str]  # the problem, the mend


def find_question_files(banks: Iterable[Path]) -> list[Path]:
    return [path for bank in banks for path in sorted((bank / "exercises").glob(f"*/{FILE}"))]


def load_questions(paths: Iterable[Path]) -> list[Question]:
    """Those of these files; the first mistake in any of them is raised."""
    questions, mistakes = read_question_files(paths)
    if mistakes:
        raise mistakes[0]
    return questions


def read_question_files(paths: Iterable[Path]) -> tuple[list[Question], list[CatalogError]]:
    """The questions that can be used, and everything that is wrong with the others."""
    questions: dict[str, Question] = {}
    mistakes: list[CatalogError] = []
    for path in paths:
        found, wrong = _read_file(path)
        mistakes += wrong
        for question in found:
            if (first := questions.setdefault(question.id, question)) is not question:
                problem = f"question {question.id}: the id is taken in {first.path}"
                mistakes.append(CatalogError(path, problem, "name it otherwise"))
    return [*questions.values()], mistakes


def _read_file(path: Path) -> tuple[list[Question], list[CatalogError]]:
    if not CHAPTER.fullmatch(path.parent.name):
        problem = f"'{path.parent.name}' is not a chapter's name"
        return [], [CatalogError(path, problem, "name the folder like q02_activations")]
    try:
        data = read_toml(path)
    except CatalogError as error:
        return [], [error]
    tables = data.pop("question", None)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return [], [CatalogError(path, "holds no questions", "begin each with a line [[question]]")]
    mistakes = [CatalogError(path, f"unknown key '{key}'", "the only one is [[question]]") for key in data]
    questions = []
    for number, table in enumerate(tables, 1):
        wrong = list(_mistakes(table))
        mistakes += [CatalogError(path, f"question {_called(table, number)}: {problem}", fix) for problem, fix in wrong]
        if not wrong:
            questions.append(Question(path, **{**table, "choices": tuple(table.get("choices", ()))}))
    return questions, mistakes


def _called(table: Mapping[str, Any], number: int) -> str:
    name = table.get("id")
    return name if isinstance(name, str) and is_identifier(name) else str(number)


def _mistakes(table: Mapping[str, Any]) -> Iterator[Mistake]:
    """What is wrong with one question; of names and fields only where its keys are right."""
    shape = list(_wrong_shape(table))
    yield from shape or _wrong_names(table)


def _wrong_shape(table: Mapping[str, Any]) -> Iterator[Mistake]:
    for key in [key for key in table if key not in _KEYS]:
        yield f"unknown key '{key}'", f"the keys are {', '.join(_KEYS)}"
    for key in ("id", "ask", "explain"):
        if key not in table:
            yield f"'{key}' missing", f"add a line `{key} = …`"
    if ("answer" in table) == ("choices" in table):
        has = "both" if "answer" in table else "neither"
        yield f"has {has} of 'answer' and 'choices'", "write one: an expression, or 3 to 5 texts, the right one first"
    for key in ("tolerance", "unit"):
        if key in table and "answer" not in table:
            yield f"'{key}' means nothing beside choices", "delete it"
    for key, (is_right, fix) in _KEYS.items():
        if key in table and not is_right(table[key]):
            yield f"{key} is {repr(table[key])}", fix


def _wrong_names(table: Mapping[str, Any]) -> Iterator[Mistake]:
    known = set(table.get("draw", {}))
    used: set[str] = set()
    for name in [*known, *table.get("let", {})]:
        if not is_identifier(name) or name in FUNCTIONS or name == "answer":
            yield f"'{name}' cannot be a name for a value", "name it like fan_in"
    if (count := prod(len(values) for values in table.get("draw", {}).values())) > MOST_COMBINATIONS:
        yield f"{count:,} combinations can be drawn", f"draw from fewer values: {MOST_COMBINATIONS:,} at most"
    for part, names, own in _standing_on(table):
        if isinstance(names, Exception):
            yield f"{part} {names}", _FIELD_FIX if isinstance(names, TemplateError) else _EXPRESSION_FIX
            continue
        for name in sorted(names - known - ({"answer"} if part == "explain" else set())):
            yield f"{part} names '{name}', which is neither drawn nor let", "draw it, or correct its name"
        used |= names
        if own and own in known:
            yield f"{part} gives '{own}' a second value", "name one of them otherwise"
        known |= {own} if own else set()
    for name in sorted(known - used):
        yield f"'{name}' is given a value and never used", "use it, or delete it"


def _standing_on(table: Mapping[str, Any]) -> Iterator[tuple[str, set[str] | Exception, str]]:
    """Each part that names values, the names (or what is wrong with it), and the name that it defines."""

    def read(reader: Callable[[str], set[str]], text: str) -> set[str] | Exception:
        try:
            return reader(text)
        except (ExpressionError, TemplateError) as error:
            return error

    for name, expression in table.get("let", {}).items():
        yield f"let {name}", read(names_in, expression), name
    if "answer" in table:
        yield "answer", read(names_in, table["answer"]), ""
    for part, texts in (
        ("ask", [table["ask"]]),
        ("choices", table.get("choices", ())),
        ("explain", [table["explain"]]),
    ):
        for text in texts:
            yield part, read(fields_of, text), ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_value(item) for item in value)
    return isinstance(value, str) or (isinstance(value, int | float) and abs(value) <= BIGGEST)


def _is_draw(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(values, list) and len(values) > 1 and _is_value(values) and _distinct(values)
        for values in value.values()
    )


def _distinct(values: Sequence[object]) -> bool:
    return all(value not in values[:place] for place, value in enumerate(values))


def _is_choices(value: object) -> bool:
    return (
        isinstance(value, list)
        and FEWEST_CHOICES <= len(value) <= MOST_CHOICES
        and all(_is_text(item) for item in value)
    )


def _is_tolerance(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1


_FIELD_FIX = "write {name}, {name[0]} or {name:.3g}, and a literal brace twice"
_EXPRESSION_FIX = f"write arithmetic over names, with {', '.join(FUNCTIONS)}"
_KEYS: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "id": (lambda value: isinstance(value, str) and is_identifier(value), "write a name like conv_output_height"),
        "ask": (_is_text, "write what is asked, in quotes"),
        "draw": (_is_draw, "write { name = [value, value, …] }, each value once and two or more of each name"),
        "let": (
            lambda value: isinstance(value, dict) and all(_is_text(item) for item in value.values()),
            'write { name = "expression" }',
        ),
        "answer": (_is_text, "write an expression in quotes"),
        "choices": (_is_choices, f"write {FEWEST_CHOICES} to {MOST_CHOICES} texts in quotes, the right one first"),
        "explain": (_is_text, "write why, in quotes"),
        "tolerance": (_is_tolerance, "write a number between 0 and 1, like 0.01"),
        "unit": (lambda value: _is_text(value) and value.isprintable(), "write one word in quotes"),
    }
)
