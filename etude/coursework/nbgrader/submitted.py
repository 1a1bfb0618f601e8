"""A notebook that a student handed in, made safe: of the file only the cells' text is kept.

What nbgrader needs to know of a cell is taken from what was handed out, whatever has become of it since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from etude.coursework.nbgrader.cells import ANSWER, LOST, TESTS, Cell, Notebook
from etude.coursework.nbgrader.course import Known
from etude.errors import EtudeError, SubmissionError
from etude.notebook import notebook_source

LARGEST = 64 * 1024 * 1024  # bytes: with the outputs, which are left out
_FIX = "ask for it again"


def read_notebook(path: Path, known: Known) -> tuple[Notebook, list[str]]:
    """The notebook with the cells' metadata put right, and a line for each thing to tell; SubmissionError."""
    text = _text(path)
    try:
        cells = [_cell(cell, known) for cell in json.loads(text)["cells"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # no JSON, or of another shape
        raise SubmissionError(path, _fault(path, text), _FIX) from None
    notebook = _notebook(cells)
    return notebook, list(_put_right(notebook, known))


def blank_notebook(known: Known) -> Notebook:
    """What takes the place of one that cannot be read: the tests alone."""
    notebook = _notebook([])
    list(_put_right(notebook, known))
    return notebook


def _notebook(cells: list[Cell]) -> Notebook:
    from nbformat.v4 import new_notebook

    return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}})


def _text(path: Path) -> str:
    try:
        if is_strange(path):
            raise SubmissionError(path, "is no file of its own", _FIX)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SubmissionError(path, f"cannot be read ({error.strerror})", "mend its permissions") from None
    if len(data) > LARGEST:
        raise SubmissionError(path, "is over 64 MiB", _FIX)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SubmissionError(path, "is not UTF-8", _FIX) from None
    if not text.strip():
        raise SubmissionError(path, "is empty", _FIX)
    return text


def _fault(path: Path, text: str) -> str:
    """Why this cannot be read, in the words that there are for any notebook."""
    try:
        notebook_source(str(path), text)
    except SubmissionError as error:
        return error.problem
    if "cells" not in json.loads(text):
        return "is a notebook of nbformat 3, not 4"
    return "is not a notebook (a cell is not as Jupyter writes it)"


def _cell(cell: Any, known: Known) -> Cell:
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

    make: dict[str, Any] = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    source.encode()  # ValueError for what is no text
    name = _name(cell)
    made = make[known[name]["cell_type"] if name in known else cell["cell_type"]](source)
    if name in known:
        made.metadata["nbgrader"] = dict(known[name])
    if made.cell_type == "markdown" and _are_attachments(cell.get("attachments")):
        made.attachments = cell["attachments"]
    return made


def _are_attachments(found: Any) -> bool:
    """Pictures in an answer that a teacher is to read: by file name, then by type."""
    return isinstance(found, dict) and all(
        isinstance(file, dict) and all(isinstance(content, str) for content in file.values()) for file in found.values()
    )


def _name(cell: Any) -> str:
    """The id that nbgrader knows it by, if any."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return name if isinstance(name, str) else ""


def _put_right(notebook: Notebook, known: Known) -> Iterator[str]:
    """Each known cell once, the last of its copies as in nbgrader; and the tests, which nbgrader writes anew."""
    from nbformat.v4 import new_code_cell

    found: set[str] = set()
    for cell in reversed(notebook.cells):
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in found:
            del cell.metadata["nbgrader"]
            yield f"there are several cells {name!r}: the last is taken"
        elif name:
            found.add(name)
    if TESTS in known and TESTS not in found:
        if ANSWER in found:
            yield f"there was no cell {TESTS!r} ({LOST}): it is put back"
        notebook.cells.append(new_code_cell(metadata={"nbgrader": dict(known[TESTS])}))


def is_strange(path: Path) -> bool:
    """Anything but a file or folder of its own: a link could lead to what the student may not see."""
    return path.is_symlink() or not (path.is_file() or path.is_dir())


def strange_files(folder: Path) -> list[Path]:
    return [
        path
        for place, folders, files in os.walk(folder)
        for path in (Path(place, name) for name in (*folders, *files))
        if is_strange(path)
    ]


def check_folder(folder: Path) -> None:
    """EtudeError for what would keep nbgrader from taking the submission at all."""
    from nbgrader.utils import parse_utc

    try:
        with os.scandir(folder) as files:
            for file in files:
                file.stat(follow_symlinks=False)  # a folder may show its files' names and nothing more
    except OSError as error:
        raise EtudeError(folder, f"cannot be read ({error.strerror})", "mend its permissions") from None
    if folder.is_symlink() or folder.parent.is_symlink():
        raise EtudeError(folder, "is a link", "put the submission itself there")
    timestamp = folder / "timestamp.txt"
    if not os.path.lexists(timestamp):
        return
    if is_strange(timestamp) or not timestamp.is_file():
        raise EtudeError(timestamp, "is no file of its own", "write the time of the submission in one, or remove it")
    try:
        with timestamp.open(encoding="utf-8") as opened:
            text = opened.read(1000).strip()
        if text:
            parse_utc(text)
    except Exception:  # dateutil raises several
        fix = "write one like 2030-02-01 12:00:00 UTC, or remove it"
        raise EtudeError(timestamp, "holds no time", fix) from None
