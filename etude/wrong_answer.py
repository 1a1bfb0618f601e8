"""A wrong answer of the bank: a file whose docstring says which fault it has and what must catch it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

EVERYTHING_ELSE = "everything else"

_FIELDS = ("Misconception", "Caught by", "Keeps", "Advice")
_OPTIONAL = frozenset({"Keeps"})


@dataclass(frozen=True)
class WrongAnswer:
    path: Path
    misconception: str
    caught_by: tuple[str, ...]  # checks that must not pass, whatever the seed
    keeps: tuple[str, ...]  # checks that the fault must leave alone; or `everything else`
    advice: str
    fault: str = ""  # the docstring's first line

    @classmethod
    def read(cls, path: Path) -> WrongAnswer:
        """ValueError where the docstring lacks a field; SyntaxError where it is not Python."""
        fields = dict.fromkeys(_FIELDS, "")
        current = ""
        lines = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()
        for line in lines:
            name, colon, rest = line.partition(":")
            if colon and name in fields:
                current, line = name, rest
            if current:
                fields[current] = f"{fields[current]} {line.strip()}".strip()
        if missing := [name for name, text in fields.items() if not text and name not in _OPTIONAL]:
            raise ValueError(f"its docstring lacks {', '.join(missing)}")
        caught_by, keeps = _names(fields["Caught by"]), _names(fields["Keeps"])
        return cls(path, fields["Misconception"], caught_by, keeps, fields["Advice"], lines[0])

    def must_keep(self, checks: frozenset[str]) -> frozenset[str]:
        """Which of `checks` this answer must pass."""
        return checks - set(self.caught_by) if self.keeps == (EVERYTHING_ELSE,) else frozenset(self.keeps)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip().rstrip(".") for part in text.split(",")) if name)
