"""Which modules a host should import once, because submissions import them: each worker would else do so anew."""

from __future__ import annotations

import ast
import importlib.util
import warnings
from collections.abc import Iterable, Iterator

from etude.exercise import Exercise

# Large, well known, and harmless to import before a fork. What a submission names beside these is its own affair.
KNOWN = ("numpy", "scipy", "torch", "tensorflow", "keras", "sklearn", "matplotlib", "pandas")


def preloads(exercise: Exercise, sources: Iterable[str]) -> tuple[str, ...]:
    """The exercise's own, and those of KNOWN that any of the sources imports and that are installed here."""
    wanted = {name for source in sources for name in imported(source)}
    own = {name.partition(".")[0] for name in exercise.preload}
    more = [name for name in KNOWN if name in wanted - own and importlib.util.find_spec(name) is not None]
    return (*exercise.preload, *more)


def imported(source: str) -> Iterator[str]:
    """The top-level names that a source imports, anywhere in it; nothing of one that does not parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
