"""The list of a course's people, as its own site exported it, and who of them is which student of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from etude.errors import EtudeError
from etude.table import read_rows

Person = Mapping[str, str]  # a row, by column
Names = Callable[[Person], Iterable[str]]  # under which a person may have handed in


@dataclass(frozen=True)
class Roster:
    path: Path
    columns: tuple[str, ...]
    people: tuple[Person, ...]

    @classmethod
    def read(cls, path: Path, needed: Sequence[str]) -> Roster:
        """EtudeError where it has not at least one of the columns `needed`."""
        header, *rows = read_rows(path)
        columns = tuple(name.strip() for name in header)
        if not any(name in columns for name in needed):
            problem = f"has none of the columns {', '.join(needed)}"
            raise EtudeError(path, problem, "give the CSV file that your course's site exported")
        short = [[*row, *[""] * (len(columns) - len(row))] for row in rows]
        return cls(path, columns, tuple(dict(zip(columns, row, strict=False)) for row in short))


@dataclass(frozen=True)
class Matching:
    student: tuple[str | None, ...]  # each person's, in the roster's order
    strangers: tuple[str, ...]  # students of the batch whose grades go nowhere, a line each
    absent: tuple[str, ...]  # people without an answer, a line each


def matched(
    roster: Roster, students: Sequence[str], names: Sequence[Names], shown: Callable[[Person], str]
) -> Matching:
    """By the first kind of name that fits, the surest first; a name that fits several people fits none."""
    found: dict[int, str] = {}
    strangers: list[str] = []
    indices = [_index(roster.people, kind) for kind in names]
    for student in students:
        places = next((index[_key(student)] for index in indices if _key(student) in index), [])
        if not places:
            strangers.append(f"{student}: nobody of that name in {roster.path.name}: left out")
        elif len(places) > 1:
            strangers.append(f"{student}: {len(places)} people of that name in {roster.path.name}: left out")
        elif (place := places[0]) in found:
            strangers.append(f"{student}: the same person in {roster.path.name} as {found[place]}: left out")
        else:
            found[place] = student
    absent = [person for place, person in enumerate(roster.people) if place not in found]
    return Matching(
        tuple(found.get(place) for place in range(len(roster.people))),
        tuple(strangers),
        tuple(f"{shown(person)}: in {roster.path.name}, and not in the batch" for person in absent),
    )


def column(name: str) -> Names:
    return lambda person: [person.get(name, "")]


def _index(people: Sequence[Person], names: Names) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        for key in {_key(name) for name in names(person) if name.strip()}:
            index.setdefault(key, []).append(place)
    return index


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
