"""Notebooks as students leave them, and as nbgrader makes them of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader")

import nbformat
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions

from etude.coursework.nbgrader.cells import answer, metadata
from etude.coursework.nbgrader.source import with_reference
from etude.coursework.nbgrader.submitted import read_notebook
from etude.errors import SubmissionError
from tests.coursework.class_support import RIGHT
from tests.coursework.nbgrader_support import (
    WRONG,
)

KNOWN = {
    "etude-answer": metadata("etude-answer", "code", solution=True),
    "etude-tests": metadata("etude-tests", "code", points=5),
}
ANSWER: dict[str, Any] = {"cell_type": "code", "source": RIGHT, "metadata": {"nbgrader": {"grade_id": "etude-answer"}}}


@pytest.mark.parametrize(
    "cell",
    [
        {**ANSWER, "cell_type": "markdown", "attachments": {"a": 3}},
        {**ANSWER, "cell_type": "code\n"},
        {**ANSWER, "metadata": {"nbgrader": {"grade_id": "etude-answer", "schema_version": 99, "points": "many"}}},
        {**ANSWER, "outputs": [{"output_type": "no such"}], "execution_count": -1, "id": "\n"},
        {**ANSWER, "source": RIGHT.splitlines(keepends=True), "collapsed": True},
    ],
)
def test_whatever_became_of_a_cells_metadata_its_answer_is_read(tmp_path: Path, cell: dict[str, Any]) -> None:
    others = [{**ANSWER, "source": WRONG}, {"cell_type": "raw", "source": "", "metadata": {"nbgrader": [1]}}]
    path = notebook_file(tmp_path, [*others, cell])
    notebook, notes = read_notebook(path, KNOWN)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert answer(notebook, "double.ipynb").source == f"# cell 1\n{RIGHT}\n"
    assert len(notes) == 2  # a copy of the answer, and no tests


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"null", b"{}", b'{"cells": 3}', b'{"nbformat": 9}', b"[" * 99_999,
        {"cells": 3}, {"cells": [3]}, {"cells": [{}]}, {"cells": [{"cell_type": "code\n", "source": ""}]},
        {"cells": [{**ANSWER, "source": 3}]}, {"cells": [{**ANSWER, "source": "\ud800"}]},
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_told_in_one_line(tmp_path: Path, content: bytes | dict[str, Any]) -> None:
    path = tmp_path / "double.ipynb"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        notebook_file(tmp_path, content["cells"])
    with pytest.raises(SubmissionError, match=r"double\.ipynb: .*: ask for it again"):
        read_notebook(path, KNOWN)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"def double(x):", "is not a notebook (it is not JSON)"),
        (b"{}", "is not a notebook (it has no cells)"),
        (b'{"cells": [{"cell_type": "code", "source": "# \xe9"}]}', "is not UTF-8"),
        (b'{"cells": [{"cell_type": "code", "source": "# \\ud800"}]}', "holds characters that are not text"),
        (b'{"worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}]}', "is a notebook of nbformat 3, not 4"),
    ],
)
def test_it_is_told_what_a_file_is_that_is_no_notebook(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "double.ipynb"
    path.write_bytes(content)
    with pytest.raises(SubmissionError) as refused:
        read_notebook(path, KNOWN)
    assert refused.value.problem == problem


def notebook_file(folder: Path, cells: Any) -> Path:
    path = folder / "double.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    return path


STUB = 'def f(x):\n    """Its docstring."""\n    raise NotImplementedError\n'


@pytest.mark.parametrize(
    ("stub", "left"),
    [
        (STUB, STUB),
        ("class F:\n    def f(self, x):\n        return x\n", "class F:\n    def f(self, x):\n        return x\n"),
        ("def f(x):\n    return x\n\nSIZE = 3\n", "def f(x):\n    return x\n\nSIZE = 3\n"),
    ],
)
def test_what_nbgrader_leaves_of_a_solution_is_a_stub_that_loads(stub: str, left: str) -> None:
    reference = "from __future__ import annotations\nSECRET = 42\ndef f(x): return SECRET\n"
    source = with_reference(stub, reference)
    names: dict[str, Any] = {}
    exec(source, names)
    assert names["f"](1) == 42
    cell = nbformat.v4.new_code_cell(source, metadata={"nbgrader": dict(KNOWN["etude-answer"])})
    notebook, _ = ClearSolutions().preprocess(nbformat.v4.new_notebook(cells=[cell]), {})
    cleared = notebook.cells[0].source
    exec(cleared, {})
    assert "SECRET" not in cleared
    assert left.removesuffix("    raise NotImplementedError\n").strip() in cleared
