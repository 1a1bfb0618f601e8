"""A course, and a class that hands in notebooks in it, for the tests of nbgrader."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("nbgrader")

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from etude.cli import main

WRONG = "import numpy as np\ndef double(x):\n    return np.asarray(x) + 0\n"
HOSTILE = """\
import os
open({marker!r}, "w").write("it ran")
def double(x):
    raise ValueError("``` <script>alert(1)</script> $$<img src=x>$$ " + "`" * 8)
"""
MEAN = "import numpy as np\ndef mean(x):\n    if not x.size:\n        raise ValueError\n    return float(np.mean(x))\n"
POINTS = {"double": 5.0}
DUE, LATE = "2030-01-01 12:00:00 UTC", "2030-01-01 13:00:00 UTC"

Edit = Callable[[Any], None]


def etude(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["course", *arguments], catch_exceptions=False)


def autograde(*arguments: str) -> Result:
    return etude("autograde", "ps1", *arguments)


def api(course: Path, **settings: Any) -> NbGraderAPI:
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.course_id = "course"
    config.Exchange.root = str(course.parent / "exchange")
    return NbGraderAPI(CourseDirectory(config=config), config=config, log_level="CRITICAL")


def hand_in(student: str, edit: Edit, exercise: str = "double", when: str | None = None) -> Path:
    """The released notebook, changed by `edit`."""
    folder = Path("submitted", student, "ps1")
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(Path("release", "ps1", f"{exercise}.ipynb"), as_version=4)
    edit(notebook)
    path = folder / f"{exercise}.ipynb"
    nbformat.write(notebook, path)
    if when:
        (folder / "timestamp.txt").write_text(when)
    return path


def answers(source: str) -> Edit:
    def edit(notebook: Any) -> None:
        named(notebook, "etude-answer").source = source

    return edit


def named(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def gradebook() -> Gradebook:
    return Gradebook(f"sqlite:///{Path('gradebook.db').resolve()}", "course")


def score(student: str, exercise: str = "double") -> float:
    with gradebook() as book:
        return float(book.find_submission_notebook(exercise, "ps1", student).score)


def comment(student: str, exercise: str = "double") -> str:
    with gradebook() as book:
        return book.find_comment("etude-answer", exercise, "ps1", student).comment or ""


def grade(book: Gradebook, student: str) -> Any:
    return book.find_grade("etude-tests", "double", "ps1", student)


def feedback_and_export(course: Path) -> None:
    """nbgrader's own commands on what étude has written."""
    for student in ("right", "hostile", "broken"):
        made = api(course).generate_feedback("ps1", student)
        assert made["success"], made["error"]
    page = Path("feedback/hostile/ps1/double.html").read_text()
    assert "ValueError" in page
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    exported = nbgrader_export(course)
    assert float(exported["right"]["raw_score"]) > float(exported["wrong"]["raw_score"]) > 0
    assert float(exported["late"]["score"]) == 0  # with the penalty
    assert float(exported["broken"]["score"]) == 0


def nbgrader_export(course: Path) -> dict[str, dict[str, str]]:
    from nbgrader.plugins.export import CsvExportPlugin

    with gradebook() as book:
        CsvExportPlugin(to=str(course / "grades.csv")).export(book)
    with (course / "grades.csv").open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}
