"""The table that Canvas's gradebook imports, from the one that it exports."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from etude.coursework.exports.roster import Matching, Person, Roster, column, matched
from etude.coursework.grades import Grades
from etude.table import csv_text

COLUMNS: tuple[str, ...] = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "    Points Possible"  # as Canvas writes it


def _full_names(person: Person) -> list[str]:
    """`Lee, Ann` also reads `Ann Lee`."""
    last, comma, first = person.get("Student", "").partition(",")
    return [person.get("Student", ""), f"{first} {last}" if comma else ""]


NAMES = (column("SIS Login ID"), column("SIS User ID"), column("ID"), _full_names)


def canvas_csv(grades: Grades, matching: Matching | None, roster: Roster | None) -> str:
    """Empty where nothing was handed in: Canvas leaves such a grade alone."""
    exercises = grades.exercises
    columns, headers = COLUMNS, exercises
    people: Sequence[Person] = [{"Student": name, "SIS Login ID": name} for name in grades.students]
    students: Sequence[str | None] = grades.students
    if roster is not None and matching is not None:
        columns = _about_people(roster.columns)
        headers = tuple(_assignment(roster.columns, exercise) for exercise in exercises)
        people, students = roster.people, matching.student
    rows: list[Sequence[str | int]] = [[*columns, *headers]]
    rows.append([POINTS, *[""] * (len(columns) - 1), *map(grades.maximum, exercises)])
    for person, student in zip(people, students, strict=True):
        scores = [grades.score(student, exercise) if student is not None else None for exercise in exercises]
        rows.append([*(person.get(name, "") for name in columns), *("" if s is None else s for s in scores)])
    return csv_text(rows)


def read(path: Path, grades: Grades) -> tuple[Roster, Matching]:
    """The gradebook as Canvas exported it. Its rows without an ID are of no person: points possible, and the like."""
    roster = Roster.read(path, ["ID"])
    people = tuple(person for person in roster.people if person["ID"].strip())
    roster = dataclasses.replace(roster, people=people)
    return roster, matched(roster, grades.students, NAMES, lambda person: person.get("Student") or person["ID"])


def _about_people(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those up to Section, which is the last in every version of Canvas; after it come assignments and totals."""
    return columns[: columns.index("Section") + 1] if "Section" in columns else COLUMNS


def _assignment(columns: Sequence[str], exercise: str) -> str:
    """The header of the assignment that the gradebook has under that name, its number included; else a new one's."""
    named = re.compile(rf"{re.escape(exercise)} \(\d+\)")
    return next((name for name in columns if named.fullmatch(name) or name == exercise), exercise)
