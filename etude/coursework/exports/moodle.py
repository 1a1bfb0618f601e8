"""A table for Moodle's grade import: who, and for each exercise the points and the feedback."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from etude.coursework.exports.reasons import feedback
from etude.coursework.exports.roster import Matching, Person, Roster, column, matched
from etude.coursework.grades import Grades
from etude.table import csv_text

COLUMNS = ("Username", "ID number", "Email address")  # any of them identifies a person to Moodle
SHOWN = ("First name", "Last name", "Surname")


def _mailbox(person: Person) -> list[str]:
    return [person.get("Email address", "").partition("@")[0]]


def _full_names(person: Person) -> list[str]:
    first, last = person.get("First name", ""), person.get("Last name", "") or person.get("Surname", "")
    return [f"{first} {last}", f"{last}, {first}"] if first and last else []


NAMES = (*map(column, COLUMNS), _mailbox, _full_names)


def moodle_csv(grades: Grades, matching: Matching | None, roster: Roster | None, exam: bool) -> str:
    """Empty where nothing was handed in. Feedback is escaped: Moodle shows it as HTML."""
    columns: Sequence[str] = ["Username"]
    people: Sequence[Person] = [{"Username": student} for student in grades.students]
    students: Sequence[str | None] = grades.students
    if roster is not None and matching is not None:
        columns = [name for name in roster.columns if name in (*SHOWN, *COLUMNS)]
        people, students = roster.people, matching.student
    rows: list[Sequence[str | int]] = []
    rows.append([*columns, *(text for exercise in grades.exercises for text in (exercise, f"{exercise} (feedback)"))])
    for person, student in zip(people, students, strict=True):
        row: list[str | int] = [person.get(name, "") for name in columns]
        for exercise in grades.exercises:
            result = grades.results.get((student, exercise)) if student is not None else None
            if student is None or result is None:
                row += ["", ""]
            else:
                said = html.escape(feedback(result, exam), quote=False)
                row += [grades.score(student, exercise) or 0, said]
        rows.append(row)
    return csv_text(rows)


def read(path: Path, grades: Grades) -> tuple[Roster, Matching]:
    """Participants or grades as Moodle exported them."""
    roster = Roster.read(path, COLUMNS)
    return roster, matched(roster, grades.students, NAMES, _shown)


def _shown(person: Person) -> str:
    return next((person[name] for name in reversed(COLUMNS) if person.get(name)), "someone")
