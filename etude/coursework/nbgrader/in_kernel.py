"""What the hidden tests of a notebook call under plain `nbgrader autograde`.

There the answer has run in the same kernel before, and could have changed anything in it: for a class that may be
hostile there is `etude course autograde`.
"""

from __future__ import annotations

import os
from pathlib import Path

from etude.catalog import Catalog, shipped_bank
from etude.coursework.nbgrader.cells import TESTS, answer, cell_named
from etude.coursework.nbgrader.verdict import Verdict
from etude.errors import EtudeError, SubmissionError
from etude.judge.client import Judge
from etude.submission import Submission


def score(exercise: str) -> float | int:
    """What the answer in this notebook earns of its tests' points; nbgrader takes what a graded cell shows."""
    import nbformat

    path = Path(f"{exercise}.ipynb")  # nbgrader starts a kernel in the notebook's folder
    if not path.is_file():
        raise EtudeError(path, "is not in this folder", "keep the notebook's name, and do not change the folder in it")
    notebook = nbformat.read(path, as_version=4)
    tests = cell_named(notebook, TESTS)
    of = tests.metadata.nbgrader.points if tests is not None else 0
    try:
        verdict = _verdict(exercise, answer(notebook, path.name))
    except SubmissionError as error:
        verdict = Verdict.refused(error.problem)
    print(verdict.scorecard)
    points = verdict.points(of)
    return int(points) if points == int(points) else points


def _verdict(exercise: str, submission: Submission) -> Verdict:
    with Judge() as judge:
        return Verdict.of_report(judge.grade(_catalog().get(exercise), submission))


def _catalog() -> Catalog:
    """The banks that the environment names, as every command reads it."""
    banks = [Path(place).expanduser() for place in os.environ.get("ETUDE_BANK", "").split(os.pathsep) if place]
    only = os.environ.get("ETUDE_ONLY_BANK", "").lower() in ("1", "true", "yes", "on", "t", "y")
    return Catalog.load([*([] if only else [shipped_bank()]), *banks])
