"""The table that `nbgrader export` writes: a row for each assignment and student."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etude.coursework.exports.roster import Matching, Person, Roster, column, matched
from etude.coursework.grades import Grades
from etude.table import csv_text

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
NAMES = (column("id"), column("email"))


def nbgrader_csv(grades: Grades, matching: Matching | None, roster: Roster | None) -> str:
    """Who handed in nothing has 0, as in nbgrader. What étude does not know (dates) stays empty."""
    known: dict[str | None, Person] = {}
    if roster is not None and matching is not None:
        known = dict(zip(matching.student, roster.people, strict=True))
    rows: list[Sequence[str | float]] = [COLUMNS]
    for exercise in grades.exercises:
        for student in grades.students:
            person: Person = known.get(student, {})
            score = float(grades.score(student, exercise) or 0)
            details = [person.get(name, "") for name in ("last_name", "first_name", "email")]
            maximum = float(grades.maximum(exercise))
            rows.append([exercise, "", "", person.get("id", student), *details, score, 0.0, score, maximum])
    return csv_text(rows)


def read(path: Path, grades: Grades) -> tuple[Roster, Matching]:
    """The file that `nbgrader db student import` reads: id, and optionally first_name, last_name, email."""
    roster = Roster.read(path, ["id"])
    return roster, matched(roster, grades.students, NAMES, lambda person: person["id"])
