"""Section 7: what an exercise costs. A reference imports nothing in its worker: every submission would pay anew."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.verdict import Verdict
from etude.exercise import Exercise
from etude.judge.job import GradeOptions

_MARK = "imported in the worker: "
_RECORDER = (Path(__file__).parent / "import_recorder.py").read_text("utf-8")


@dataclass(frozen=True)
class Cost:
    """`seconds` is the reference's time in a warm host, without speed checks."""

    exercise: Exercise
    seconds: float
    checks: int
    points: int
    testimony: tuple[str, ...]  # checks that rest on what the worker says of itself


def audit_cost(bench: Bench, exercise: Exercise) -> Iterator[Fault | Cost]:
    source = exercise.solution_path.read_text("utf-8")
    options = GradeOptions(seed=0, speed=False)
    warm = min((bench.grade(exercise, "reference", source, options, anew=True) for _ in range(3)), key=_seconds)
    yield Cost(exercise, warm.seconds, len(warm.statuses), warm.maximum, tuple(warm.testimony))
    verdict = bench.grade(exercise, "reference", recorded(source, exercise.entry_points), options)
    names = re.findall(rf"^{_MARK}(\S+)$", verdict.printed, re.MULTILINE)
    outermost = sorted({name for name in names if not any(name.startswith(f"{other}.") for other in names)})
    if outermost:
        shown = ", ".join(outermost[:8]) + (" …" if len(outermost) > 8 else "")
        yield Fault(exercise.metadata_path, f"the reference imports {shown} in the worker", "add it to preload")


def _seconds(verdict: Verdict) -> float:
    return verdict.seconds


def recorded(source: str, entry_points: tuple[str, ...]) -> str:
    """`source` with the recorder before its first import and behind its last line."""
    tree = ast.parse(source)
    first = next((i for i, node in enumerate(tree.body) if not _preamble(node)), len(tree.body))
    tree.body[first:first] = ast.parse(_RECORDER).body
    tree.body += ast.parse(f"_ImportRecorder.tell_when_called(globals(), {list(entry_points)!r})").body
    return ast.unparse(tree)


def _preamble(node: ast.stmt) -> bool:
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
