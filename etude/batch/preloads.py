"""Which modules a host should import once, because submissions import them: each worker would else do so anew."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Iterable, Iterator

from etude.exercise import Exercise
from etude.syntax import parse

# Large, well known, and harmless to import before a fork. What a submission names beside these is its own affair.
KNOWN = ("numpy", "scipy", "torch", "tensorflow", "keras", "sklearn", "matplotlib", "pandas")


def preloads(exercise: Exercise, sources: Iterable[str]) -> tuple[str, ...]:
    """The exercise's own, and those of KNOWN that any of the sources imports and that are installed here."""
    unseen = [name for name in KNOWN if name not in {own.partition(".")[0] for own in exercise.preload}]
    wanted: list[str] = []
    for source in sources:
        if any(name in source for name in unseen):  # far cheaper than the tree, and most are the same in a class
            names = set(imported(source))
            wanted += [name for name in unseen if name in names and importlib.util.find_spec(name) is not None]
            unseen = [name for name in unseen if name not in names]
    return (*exercise.preload, *(name for name in KNOWN if name in wanted))


def imported(source: str) -> Iterator[str]:
    """The top-level names that a source imports, anywhere in it; nothing of one that does not parse."""
    try:
        tree = parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
