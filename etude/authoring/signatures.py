"""Parameters and defaults of what a module defines, as text, without running it."""

from __future__ import annotations

import ast
from pathlib import Path


def signatures(path: Path) -> dict[str, str]:
    """Of each function `(x, axis=-1)`; of each class its constructor's."""
    found = {}
    for node in ast.parse(path.read_text("utf-8"), str(path)).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _parameters(node)
        elif isinstance(node, ast.ClassDef):
            inits = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
            found[node.name] = _parameters(inits[0]) if inits else "()"
    return found


def _parameters(function: ast.FunctionDef) -> str:
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return f"({ast.unparse(function.args)})"
