"""Questions for the interview: those at the end of a reference's docstring, each with its answer.

They are written in one of two ways, both for people: as a list, a question to a bullet, in asterisks or not; or as
indented lines, where a question begins wherever a sentence that asks stands at the start of a line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from etude.exercise import Exercise
from etude.metadata import read_text
from etude.takehome.dossier import FollowUp

_HEADING = re.compile(r"^[ \t]*Follow-up questions?[.:]?[ \t]*\n", re.MULTILINE)
_END_OF_SENTENCE = re.compile(r"[.?!][)\"'`*]*$")
_ASKS = re.compile(r"[^.?!]*(?:\.\w[^.?!]*)*\?(?=\s|$)")  # a first sentence that asks; torch.export has no end in it
_EMPHASISED = re.compile(r"\*(.+?\?)\*\s*(.*)")
_FIRST_ASKED = re.compile(r"(.+?\?)(?=\s|$)\s*(.*)")


def follow_ups(exercise: Exercise) -> tuple[FollowUp, ...]:
    """What the reference's docstring asks at its end; nothing where there is no such list."""
    try:
        docstring = ast.get_docstring(ast.parse(read_text(exercise.solution_path))) or ""
    except (SyntaxError, ValueError):
        return ()
    _, *after = _HEADING.split(docstring, maxsplit=1)
    return tuple(found for text in _items("".join(after)) if (found := _asked(text)))


def _items(text: str) -> Iterator[str]:
    """Each question with its answer, on one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    bulleted = any(line.startswith("- ") for line in lines)
    item: list[str] = []
    for number, line in enumerate(lines):
        begins = line.startswith("- ") if bulleted else _begins(item, " ".join(lines[number:]))
        if begins and item:
            yield " ".join(item)
            item = []
        item.append(line.removeprefix("- ") if begins else line)
    if item:
        yield " ".join(item)


def _begins(before: list[str], rest: str) -> bool:
    return not before or bool(_END_OF_SENTENCE.search(before[-1]) and _ASKS.match(rest))


def _asked(item: str) -> FollowUp | None:
    match = _EMPHASISED.fullmatch(item) or _FIRST_ASKED.fullmatch(item)
    return FollowUp(match[1], match[2]) if match else None
