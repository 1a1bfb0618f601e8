"""What `etude batch` left in its folder: the table says who and what counts, the results say why."""

from __future__ import annotations

from pathlib import Path

from etude.batch.store import Result, Store
from etude.coursework.grades import Grades
from etude.errors import EtudeError
from etude.table import cell, read_rows

AFTER = ("total", "maximum")  # the columns that follow the exercises'


def read_grades(out: Path) -> Grades:
    """The grades that the folder's grades.csv shows. EtudeError where it is no batch's, or is not whole."""
    table = out / "grades.csv"
    if not (out / "batch.json").is_file() or not table.is_file():
        fix = "`etude batch DIR --out OUT` grades a class; give its OUT"
        raise EtudeError(out, "holds no graded batch", fix)
    header, *rows = read_rows(table)
    exercises = header[1 : -len(AFTER)]
    if header != ["student", *exercises, *AFTER] or any(len(row) != len(header) for row in rows):
        raise EtudeError(table, "is not as `etude batch` wrote it", "run `etude batch` again")
    # A student's name as the table writes it. A result that the table does not show is of an answer since withdrawn.
    by_place = {(cell(result.student), result.exercise): result for result in Store(out, 0).results()}
    students: list[str] = []
    results: list[Result] = []
    for name, *scores in rows:
        own = [_result(out, by_place, name, place[0]) for place in zip(exercises, scores, strict=False) if place[1]]
        results += own
        students.append(own[0].student if own else name)
    return Grades.of(students, results)


def _result(out: Path, by_place: dict[tuple[str, str], Result], name: str, exercise: str) -> Result:
    if (result := by_place.get((name, exercise))) is None:
        raise EtudeError(out, f"lacks the result of {name} for {exercise}", "run `etude batch` again")
    return result
