"""The Python source in a notebook (nbformat 3 and 4), read as plain JSON."""

from __future__ import annotations

import ast
import json
import re
from itertools import accumulate
from typing import Any, TypeGuard

from etude.errors import SubmissionError
from etude.syntax import parse

_NOT_ONE = "save it from Jupyter again, or give a .py file"
# IPython's own syntax: %magic, !command, ?help, help?, and `name = !command` or `name = %magic`.
_MAGIC = re.compile(r"(\s*+)(%{1,2}[^\W\d]|!|\?|[\w.*]++\?{1,2}\s*+$|[\w, ]++=\s*+(!|%[^\W\d]))")
# Cell magics whose cell is still Python; the cell of any other (%%bash, %%html, %%writefile) is not.
_PYTHON_CELLS = frozenset({"%%time", "%%timeit", "%%capture", "%%prun", "%%python", "%%python3", "%%grade"})


def notebook_source(name: str, text: str) -> str:
    """Its code cells, one after another, each under a comment with its number; without what only asks for a grading."""
    cells = _cells(name, text)
    codes = [(number, _code(name, cell)) for number, cell in enumerate(cells, 1) if cell.get("cell_type") == "code"]
    parts = [f"# cell {number}\n{python_only(code)}" for number, code in codes if code.strip()]
    if not parts:
        raise SubmissionError(
            name, "has no code cell with anything in it", "write your answer in a code cell, and save"
        )
    source = "\n".join(parts) + "\n"
    if "\0" in source or not _encodable(source):
        raise SubmissionError(name, "holds characters that are not text", _NOT_ONE)
    return without_etude(source)


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


def python_only(code: str) -> str:
    """`code` with IPython's own lines blanked, so that line numbers stay."""
    # `% b` may also continue an expression: what is Python already stays as it is
    if frozenset("%!?").isdisjoint(code) or _parsed(code):
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


def without_etude(source: str) -> str:
    """`source` without imports of étude and calls of what it brings: étude is not there where an answer runs."""
    if source.isascii() and "etude" not in source:  # beyond ASCII a name may be spelt in several ways
        return source
    tree = _parsed(source)
    if tree is None:
        return source
    statements = tree.body
    ours = {"etude"}
    for node in statements:
        if _is_our_import(node):
            ours |= {alias.asname or alias.name for alias in node.names}
    text = source.encode()  # the columns of ast count bytes
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    for node in reversed(statements):
        if _is_our_import(node) or _is_our_call(node, ours):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            breaks = text.count(b"\n", begin, end)  # line numbers stay
            text = text[:begin] + (b"(" + b"\n" * breaks + b")" if breaks else b"pass") + text[end:]
    return text.decode()


def _is_our_import(node: ast.stmt) -> TypeGuard[ast.Import | ast.ImportFrom]:
    if isinstance(node, ast.ImportFrom):
        return node.level == 0 and (node.module or "").split(".")[0] == "etude"
    return isinstance(node, ast.Import) and all(alias.name.split(".")[0] == "etude" for alias in node.names)


def _is_our_call(node: ast.stmt, ours: set[str]) -> bool:
    if not isinstance(node, ast.Expr | ast.Assign) or not isinstance(node.value, ast.Call):
        return False
    name = node.value.func
    while isinstance(name, ast.Attribute):
        name = name.value
    return isinstance(name, ast.Name) and name.id in ours


def _parsed(code: str) -> ast.Module | None:
    """None for what is not Python."""
    try:
        return parse(code)
    except SyntaxError:
        return None


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
