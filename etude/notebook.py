"""The Python source in a notebook (nbformat 3 and 4), read as plain JSON."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

from etude.errors import SubmissionError

_NOT_ONE = "save it from Jupyter again, or give a .py file"
# IPython's own syntax: %magic, !command, ?help, help?, and `name = !command` or `name = %magic`.
_MAGIC = re.compile(r"(\s*)(%{1,2}[^\W\d]|!|\?|[\w.*]+\?{1,2}\s*$|[\w, ]+=\s*(!|%[^\W\d]))")
# Cell magics whose cell is still Python; the cell of any other (%%bash, %%html, %%writefile) is not.
_PYTHON_CELLS = frozenset({"%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3"})


def notebook_source(name: str, text: str) -> str:
    """Its code cells, one after another, each under a comment with its number."""
    cells = _cells(name, text)
    codes = [(number, _code(name, cell)) for number, cell in enumerate(cells, 1) if cell.get("cell_type") == "code"]
    parts = [f"# cell {number}\n{_python_only(code)}" for number, code in codes if code.strip()]
    if not parts:
        raise SubmissionError(
            name, "has no code cell with anything in it", "write your answer in a code cell, and save"
        )
    source = "\n".join(parts) + "\n"
    if "\0" in source or not _encodable(source):
        raise SubmissionError(name, "holds characters that are not text", _NOT_ONE)
    return source


def _cells(name: str, text: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise SubmissionError(name, "is not a notebook (it is not JSON)", _NOT_ONE) from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if cells is None and isinstance(data, dict) and isinstance(data.get("worksheets"), list):  # nbformat 3
        sheets = [sheet.get("cells") if isinstance(sheet, dict) else None for sheet in data["worksheets"]]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise SubmissionError(name, "is not a notebook (it has no cells)", _NOT_ONE)
    return cells


def _code(name: str, cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise SubmissionError(name, "is not a notebook (a cell's source is not text)", _NOT_ONE)
    return "".join(lines)


def _python_only(code: str) -> str:
    """`code` with IPython's own lines blanked, so that line numbers stay."""
    if _parses(code):  # `% b` may also continue an expression: what is Python already stays as it is
        return code
    lines = code.split("\n")
    first = lines[0].split()
    if first and first[0].startswith("%%") and first[0] not in _PYTHON_CELLS:
        return "\n" * (len(lines) - 1)
    return "\n".join(_blanked(line) for line in lines)


def _blanked(line: str) -> str:
    magic = _MAGIC.match(line)
    if magic is None:
        return line
    return f"{magic[1]}pass" if magic[1] else ""  # an indented block must not become empty


def _parses(code: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return False
    return True


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
