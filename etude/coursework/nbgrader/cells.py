"""The cells of an exercise's notebook, by the ids that nbgrader knows them by, and the answer in one of them."""

from __future__ import annotations

import json
from typing import Any

from etude.errors import SubmissionError
from etude.notebook import notebook_source
from etude.submission import LARGEST, Submission

PROMPT, ANSWER, EXAMPLE, TESTS = "etude-prompt", "etude-answer", "etude-example", "etude-tests"
LOST = "deleted, or its metadata changed"  # why there is no cell of a name: nobody can tell which

Cell = Any  # nbformat's NotebookNode
Notebook = Any


def metadata(name: str, kind: str, *, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    """What nbgrader (its schema version 3) wants to know of a cell; one with points is graded."""
    graded = {} if points is None else {"points": points}
    return {
        "schema_version": 3,
        "grade_id": name,
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "cell_type": kind,
        **graded,
    }


def cell_named(notebook: Notebook, name: str) -> Cell | None:
    """The last cell of that id: where a student has copied a cell, nbgrader too takes the last."""
    for cell in reversed(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            return cell
    return None


def answer(notebook: Notebook, file: str) -> Submission:
    """What the answer's cell holds, and nothing else of the notebook; SubmissionError where it is none."""
    cell = cell_named(notebook, ANSWER)
    if cell is None:
        raise SubmissionError(file, f"there is no cell {ANSWER!r} ({LOST})", "ask for the notebook again")
    if not cell.source.strip():
        raise SubmissionError(file, "the answer's cell is empty", "write an answer in it")
    if len(cell.source) > LARGEST:
        raise SubmissionError(file, "the answer's cell is over 1 MiB", "an answer is a short Python file")
    alone = json.dumps({"cells": [{"cell_type": "code", "source": cell.source}]})
    return Submission(file, notebook_source(file, alone))
