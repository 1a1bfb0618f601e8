"""Every exercise of the shipped bank: right answers get full marks, wrong ones lose them where they say."""

from __future__ import annotations

import ast
import os

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from tests.audit import audit

SEEDS = int(os.environ.get("ETUDE_AUDIT_SEEDS", "2"))
CATALOG = Catalog.load([shipped_bank()])


@pytest.mark.parametrize("exercise", list(CATALOG), ids=lambda exercise: exercise.id)
def test_the_graders_are_right(judge: Judge, exercise: Exercise) -> None:
    start = int.from_bytes(os.urandom(4), "little")
    faults = list(audit(judge, exercise, range(start, start + SEEDS)))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("exercise", list(CATALOG), ids=lambda exercise: exercise.id)
def test_stub_and_reference_have_the_same_signatures(exercise: Exercise) -> None:
    stub, reference = (_signatures(path.read_text("utf-8")) for path in (exercise.stub_path, exercise.solution_path))
    for name in exercise.entry_points:
        assert stub[name] == reference[name]


def _signatures(source: str) -> dict[str, str]:
    """Parameters and defaults of each function, and of each class's constructor, as text."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = _parameters(node)
        elif isinstance(node, ast.ClassDef):
            inits = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"]
            found[node.name] = _parameters(inits[0]) if inits else ""
    return found


def _parameters(function: ast.FunctionDef) -> str:
    for argument in ast.walk(function.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(function.args)
