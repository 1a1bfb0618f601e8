"""Section 5: answers with the right names and shapes and nothing in them earn no marks for values."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.granted import Granted
from etude.authoring.mutants import Mutant, mutants
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.report import Category

KINDS = ("zeros", "ones", "constant", "random", "first argument", "nothing")
_FOR_VALUES = (Category.CORRECTNESS, Category.GRADIENT, Category.STABILITY)
_SHELL = (Path(__file__).parent / "hollow_shell.py").read_text("utf-8")


def hollow_answer(exercise: Exercise, kind: str) -> str:
    """The reference with its entry points emptied."""
    source = exercise.solution_path.read_text("utf-8")
    names = f"{list(exercise.entry_points)!r}, {kind!r}, {_silent(source)!r}"
    return f"{source}\n\n{_SHELL}\n\n_Hollow.apply(globals(), {names})\n"


def audit_hollow(bench: Bench, exercise: Exercise, kind: str, seed: int) -> Iterator[Fault]:
    granted = Granted.read(exercise)
    allowed = {entry.check for entry in granted.hollow if entry.answer == kind}
    verdict = bench.grade(exercise, f"hollow ({kind})", hollow_answer(exercise, kind), _options(seed))
    for check, category in verdict.earned.items():
        if category in _FOR_VALUES and check not in allowed:
            problem = f"{check} ({category}) is passed by a hollow answer ({kind}) on seed {seed}"
            mend = f"let it depend on a check of values, or say in {granted.path.name} why the contract grants it"
            yield Fault(exercise.grader_path, problem, mend)
    for check in sorted(allowed - verdict.earned.keys()):
        yield Fault(granted.path, f"{check} is not passed by the hollow answer ({kind})", "take the entry out")


def audit_skipped_part(bench: Bench, exercise: Exercise, mutant: Mutant, seed: int) -> Iterator[Fault]:
    """A module whose forward leaves a call out."""
    known = Granted.read(exercise).pairs
    verdict = bench.grade(exercise, "hollow (skips a part)", mutant.source, _options(seed))
    if verdict.full_marks and (mutant.before, mutant.after) not in known:
        mend = "write the check that is missing"
        yield Fault(exercise.solution_path, f"full marks with a part skipped: {mutant.diff}", mend)


def skipped_parts(exercise: Exercise) -> list[Mutant]:
    source = exercise.solution_path.read_text("utf-8")
    lines = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "forward"
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    return [mutant for mutant in mutants(source) if mutant.operator == "SkipCall" and mutant.line in lines]


def _silent(source: str) -> list[str]:
    """Functions and methods annotated `-> None`."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return [node.name for node in functions if isinstance(node.returns, ast.Constant) and node.returns.value is None]


def _options(seed: int) -> GradeOptions:
    return GradeOptions(seed=seed, speed=False)
