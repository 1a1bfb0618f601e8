"""One class of thirty, four ways: nbgrader, `etude batch`, a Dask cluster that loses a worker, and Gradescope's zip."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("nbgrader")
pytest.importorskip("distributed")

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission
from tests.coursework import class_support
from tests.coursework.class_support import MINI
from tests.coursework.cluster_support import Cluster
from tests.coursework.nbgrader_support import (
    DUE,
    LATE,
    answers,
    api,
    autograde,
    gradebook,
    hand_in,
    nbgrader_export,
    score,
)
from tests.coursework.test_gradescope import Container, make

RIGHT = "import time\nimport numpy as np\ntime.sleep(0.1)\ndef double(x):\n    return 2 * np.asarray(x)\n"
ANSWERS = {
    "right": RIGHT,
    "another": "def double(x):\n    return x + x\n",
    "wrong": "def double(x):\n    return x\n",
    "float": "import numpy as np\ndef double(x):\n    return 2.0 * np.asarray(x, float)\n",
    "stub": "def double(x):\n    raise NotImplementedError\n",
    "syntax": "def double(x)\n    return 2 * x\n",
    "forger": "import sys\nprint('5 of 5 points')\nsys.exit(0)\n",
    "killer": "import os\ndef double(x):\n    os.kill(os.getpid(), 9)\n",
    "reader": f"text = open({str(MINI / 'solutions/q01_basics/double.py')!r}).read()\nexec(text)\n",
    "broken": None,  # a notebook that is none
}
LATE_ONES = ("right00", "wrong12")
STUDENTS = {f"{kind}{number:02}": kind for number in range(30) for kind in [list(ANSWERS)[number % len(ANSWERS)]]}

Scores = dict[str, float]


@pytest.fixture
def place(bank: None, tmp_path: Path) -> Path:
    return tmp_path


def test_every_way_gives_every_student_the_grade_that_it_should_be(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = what_it_should_be()
    write_class(Path("class"))
    assert by_batch("here") == expected
    assert by_a_cluster_that_loses_a_worker(place / "cluster") == expected
    assert by_gradescope(place) == expected
    assert by_nbgrader(place, monkeypatch) == expected


def what_it_should_be() -> Scores:
    """By the judge alone, one after the other."""
    exercise = Catalog.load([MINI]).get("double")
    by_kind: Scores = {"broken": 0}
    with Judge() as judge:
        for kind, source in ANSWERS.items():
            if source is not None:
                answer = Submission("double.py", source)
                by_kind[kind] = judge.grade(exercise, answer, GradeOptions(speed=False)).score
    assert by_kind["right"] == by_kind["another"] == 5
    assert 0 < by_kind["wrong"] < 5
    assert 0 < by_kind["float"] < 5
    assert [by_kind[kind] for kind in ("syntax", "forger", "reader")] == [0, 0, 0]
    return {student: by_kind[kind] for student, kind in STUDENTS.items()}


def write_class(folder: Path) -> None:
    for student, kind in STUDENTS.items():
        source = ANSWERS[kind]
        path = folder / student / ("double.py" if source is not None else "double.ipynb")
        path.parent.mkdir(parents=True)
        path.write_text(source if source is not None else '{"cells": [')


def by_batch(out: str, *arguments: object) -> Scores:
    result = class_support.etude("batch", "class", "--out", out, "--no-speed", *arguments)
    assert result.exit_code == 2  # the broken ones are named
    assert "broken09/double.ipynb: is not a notebook" in result.output
    with Path(out, "grades.csv").open(newline="") as file:
        return {row["student"]: float(row["double"]) for row in csv.DictReader(file)}


def by_a_cluster_that_loses_a_worker(folder: Path) -> Scores:
    folder.mkdir()
    cluster = Cluster(folder)
    try:
        cluster.schedule()
        for name in ("one", "two", "three"):
            cluster.work(name)
        with ThreadPoolExecutor(1) as aside:
            killed = aside.submit(_kill_once_some_are_graded, cluster, Path("there"))
            scores = by_batch("there", "--cluster", cluster.file)
            killed.result(60)
    finally:
        cluster.close()
    return scores


def _kill_once_some_are_graded(cluster: Cluster, out: Path) -> None:
    import time

    until = time.monotonic() + 60
    while len(list(out.glob("results/*/*.json"))) < 6 and time.monotonic() < until:
        time.sleep(0.01)
    cluster.kill("two")


def by_gradescope(place: Path) -> Scores:
    archive = make(place / "autograder.zip", "double", "--no-speed")

    def run(student: str) -> float:
        source = ANSWERS[STUDENTS[student]]
        files = {"double.py": source} if source is not None else {"double.ipynb": '{"cells": ['}
        return float(Container(place / "containers" / student, archive).results(files)["score"])

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(STUDENTS, pool.map(run, STUDENTS), strict=True))


def by_nbgrader(place: Path, monkeypatch: pytest.MonkeyPatch) -> Scores:
    """From generate_assignment to feedback and export; what is late loses nothing under nbgrader's default."""
    course = place / "course"
    made = class_support.etude("course", "new", course, "double", "--assignment", "ps1")
    assert made.exit_code == 0, made.output
    assert api(course).generate_assignment("ps1")["success"]
    monkeypatch.chdir(course)
    with gradebook() as book:
        book.update_or_create_assignment("ps1", duedate=DUE)
    for student, kind in STUDENTS.items():
        source, when = ANSWERS[kind], LATE if student in LATE_ONES else None
        path = hand_in(student, answers(source or ""), when=when)
        if source is None:
            path.write_text('{"cells": [')
    graded = autograde("--workers", "2")
    assert graded.exit_code == 2
    assert "submitted/broken09/ps1/double.ipynb: is not a notebook" in graded.output
    for student in ("right00", "killer07", "broken09"):
        made = api(course).generate_feedback("ps1", student)
        assert made["success"], made["error"]
    exported = nbgrader_export(course)
    assert {student: float(row["score"]) for student, row in exported.items()} == {
        student: score(student) for student in STUDENTS
    }
    return {student: score(student) for student in STUDENTS}
