"""`equivalent.toml` beside a grader: what its author has looked at and found to be no fault, each with the reason.

[[equivalent]]                    a mutant that behaves the same
before = "if x.ndim == 0:"        the reference's line and what it became, as `etude audit` prints them
after = "if x.ndim <= 0:"
reason = "ndim is never negative"

[[hollow]]                        marks that a hollow answer earns because the contract grants them
answer = "zeros"
check = "test_empty"
reason = "an empty result has no values"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from etude.errors import CatalogError
from etude.exercise import Exercise
from etude.metadata import read_text


@dataclass(frozen=True)
class Equivalent:
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class GrantedToHollow:
    answer: str
    check: str
    reason: str


@dataclass(frozen=True)
class Granted:
    path: Path
    equivalent: tuple[Equivalent, ...] = ()
    hollow: tuple[GrantedToHollow, ...] = ()

    @property
    def pairs(self) -> set[tuple[str, str]]:
        return {(entry.before, entry.after) for entry in self.equivalent}

    @classmethod
    def read(cls, exercise: Exercise) -> Granted:
        """Nothing where there is no file; CatalogError where it cannot be read."""
        path = exercise.grader_folder / "equivalent.toml"
        if not path.exists():
            return cls(path)
        try:
            data = tomllib.loads(read_text(path))
        except tomllib.TOMLDecodeError as error:
            raise CatalogError(path, f"is not TOML ({error})", "mend that line") from None
        if unknown := sorted(data.keys() - {"equivalent", "hollow"}):
            raise CatalogError(path, f"unknown table '{unknown[0]}'", "the tables are [[equivalent]] and [[hollow]]")
        equivalent = _entries(path, Equivalent, data.get("equivalent", []))
        return cls(path, equivalent, _entries(path, GrantedToHollow, data.get("hollow", [])))


Entry = TypeVar("Entry", Equivalent, GrantedToHollow)


def _entries(path: Path, kind: type[Entry], tables: Any) -> tuple[Entry, ...]:
    wanted = [field.name for field in fields(kind)]
    found = []
    for table in tables if isinstance(tables, list) else [tables]:
        given = table if isinstance(table, dict) else {}
        if sorted(given) != sorted(wanted) or not all(isinstance(value, str) and value for value in given.values()):
            raise CatalogError(path, f"an entry is {table!r}", f"give it {', '.join(wanted)}, each a text")
        found.append(kind(**given))
    return tuple(found)
