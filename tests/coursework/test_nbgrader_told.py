"""`etude course autograde` names whoever loses points unread, and says in a line what stands in its way."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbgrader")

from etude.coursework.nbgrader.lateness import duration
from tests.coursework.class_support import RIGHT
from tests.coursework.nbgrader_support import WRONG, Edit, answers, autograde, etude, hand_in, named


def renamed(notebook: Any) -> None:
    named(notebook, "etude-answer").metadata.nbgrader.grade_id = "mine"


def stripped(notebook: Any) -> None:
    del named(notebook, "etude-answer").metadata["nbgrader"]


def emptied(notebook: Any) -> None:
    notebook.cells = []


@pytest.mark.parametrize("edit", [renamed, stripped, emptied])
def test_who_loses_all_points_for_want_of_the_answers_cell_is_named(course: Path, edit: Edit) -> None:
    hand_in("ann", edit)
    result = autograde()
    assert result.exit_code == 2
    line = "submitted/ann/ps1/double.ipynb: there is no cell 'etude-answer' (deleted, or its metadata changed): ask for"
    assert line in result.output


def test_a_notebook_that_was_not_handed_in_is_named_and_nothing_is_left_out(course: Path) -> None:
    hand_in("ann", answers(RIGHT))
    result = autograde()
    assert result.exit_code == 0
    assert "submitted/ann/ps1/mean.ipynb: was not handed in: no points" in result.output
    assert "ps1: 1 student in the gradebook" in result.output


@pytest.mark.parametrize("remove", [lambda: None, lambda: Path("submitted").mkdir()])
def test_where_nobody_has_handed_in_it_is_told_where_they_would_have(course: Path, remove: Any) -> None:
    shutil.rmtree("submitted", ignore_errors=True)
    remove()
    result = autograde()
    assert result.exit_code == 2
    assert f"ps1: nobody has handed in (there is no {Path('submitted/*/ps1').absolute()})" in result.output


def test_a_name_that_is_none_is_quoted(course: Path) -> None:
    result = etude("new", ".", "double", "--assignment", "")
    assert "etude: --assignment '': cannot be an assignment's name" in result.output


@pytest.mark.parametrize(
    ("seconds", "words"), [(129_600, "36 hours"), (1, "1 second"), (3600, "60 minutes"), (259_200, "3 days")]
)
def test_lateness_is_told_in_units_that_people_use(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Root, too, has to ask the files' permissions."""
    if os.geteuid():
        yield
        return
    if sys.platform != "linux":
        pytest.skip("root may read everything")
    libc, words = ctypes.CDLL(None, use_errno=True), (ctypes.c_uint32 * 6)()
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert libc.capget(header, words) == 0
    before = words[0]
    words[0] &= ~0b110  # effective: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    assert libc.capset(header, words) == 0
    yield
    words[0] = before
    assert libc.capset(header, words) == 0


@pytest.mark.parametrize("only", [[], ["--student", "zoe"]])
def test_a_student_whose_folder_cannot_be_read_is_named(course: Path, unprivileged: None, only: list[str]) -> None:
    hand_in("ann", answers(RIGHT))
    hand_in("zoe", answers(RIGHT))
    Path("submitted/zoe").chmod(0)
    result = autograde(*only)
    Path("submitted/zoe").chmod(0o755)
    assert result.exit_code == 2
    assert "submitted/zoe/ps1: cannot be read (Permission denied): mend its permissions: not graded" in result.output


def test_a_gradebook_that_cannot_be_written_is_named_with_the_reason(course: Path, unprivileged: None) -> None:
    hand_in("ann", answers(RIGHT))
    Path("gradebook.db").chmod(0o444)
    result = autograde()
    assert result.exit_code == 2
    reason = "gradebook.db: cannot be used (attempt to write a readonly database): mend that, and run again"
    assert reason in result.output.splitlines()[-1]


def test_a_gradebook_that_cannot_be_written_costs_nothing_autograded_before(course: Path, unprivileged: None) -> None:
    hand_in("ann", answers(RIGHT))
    autograde()
    before = Path("autograded/ann/ps1/double.ipynb").read_bytes()
    hand_in("ann", answers(WRONG))
    Path("gradebook.db").chmod(0o444)
    assert autograde().exit_code == 2
    assert Path("autograded/ann/ps1/double.ipynb").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named_and_keeps_nobody_else(course: Path, unprivileged: None) -> None:
    for student in ("ann", "bob"):
        hand_in(student, answers(RIGHT))
    autograde()
    Path("autograded/ann/ps1").chmod(0o555)
    result = autograde()
    Path("autograded/ann/ps1").chmod(0o755)
    assert result.exit_code == 2
    assert f"ann: {Path('autograded/ann/ps1').absolute()}: Permission denied: not entered; mend that" in result.output
    assert "ps1: 1 student in the gradebook" in result.output
