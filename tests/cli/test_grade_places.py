"""What `etude grade` says while it grades, and where it says that a fault is."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from pathlib import Path

import pytest

from etude.cli.grade import command, progress
from etude.practice.cells import with_cells
from etude.report import Category, CheckResult, Isolation, Rationale, Report, Status
from etude.submission import Submission

KERNEL = Isolation("kernel", 7, True)
CELLS = ["import numpy as np\n# cell 1 is mine\n# cell 1\n", "# Answer", "def softmax(x):\n    return 1 / 0"]


@pytest.fixture
def notebook(tmp_path: Path) -> Submission:
    """Its second cell is no code; line 3 of the third is line 8 of all."""
    kinds = ("code", "markdown", "code")
    cells = [{"cell_type": kind, "source": source} for kind, source in zip(kinds, CELLS, strict=True)]
    path = tmp_path / "softmax.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}))
    return Submission.read(path)


def told(submission: Submission, problem: str, traceback: str) -> Rationale | None:
    why = Rationale(problem, traceback=traceback)
    check = CheckResult("test_values", "It works.", Category.CORRECTNESS, 2, Status.ERROR, 0.1, why)
    report = Report("softmax", submission.name, 7, "full", "cpu", KERNEL, 0.1, (check,), why)
    found = with_cells(report, submission)
    assert found.problem == found.checks[0].rationale
    return found.problem


def test_a_line_of_a_notebook_is_told_by_its_cell(notebook: Submission) -> None:
    line = notebook.source.split("\n").index("    return 1 / 0") + 1
    why = told(notebook, "your code raised", f"softmax.ipynb:{line} in softmax\n    return 1 / 0")
    assert why is not None
    assert why.traceback == "softmax.ipynb, cell 3, line 2 in softmax\n    return 1 / 0"
    why = told(notebook, f"syntax error in line {line}: mend it", f"softmax.ipynb:{line}\n    return 1 / 0\n    ^")
    assert why is not None
    assert why.problem == "syntax error in cell 3, line 2: mend it"
    assert why.traceback == "softmax.ipynb, cell 3, line 2\n    return 1 / 0\n    ^"
    first = told(notebook, "your code raised", "softmax.ipynb:4 in <module>\n    # cell 1")
    assert first is not None
    assert first.traceback == "softmax.ipynb, cell 1, line 3 in <module>\n    # cell 1"


def test_a_line_of_a_file_is_told_as_it_is(notebook: Submission) -> None:
    script = dataclasses.replace(notebook, path=Path("softmax.py"))
    why = told(script, "syntax error in line 8: mend it", "softmax.py:8 in softmax")
    assert why == Rationale("syntax error in line 8: mend it", traceback="softmax.py:8 in softmax")


def test_the_marks_of_a_scorecard_are_explained() -> None:
    text = " ".join((command.help or "").split())
    assert "✓ passed, ◐ passed for a part of its points, ✗ wrong, ! could not be run, – not run." in text


def test_what_is_being_done_stays_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    with progress("grading softmax.py") as tell:
        tell("Handles float32 scores of shape (65536, 64) in at most 3 times the reference's time.")
        terminal.truncate(0)
        tell("Handles float32 scores of shape (65536, 64) in at most 3 times the reference's time.")
    assert "grading softmax.py: Handles float32 scores of shape" in terminal.getvalue()
    assert "…" in terminal.getvalue()
    assert "reference" not in terminal.getvalue()
