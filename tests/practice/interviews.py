"""What the tests of interviews share: two exercises, an interview, and reports."""

from __future__ import annotations

from pathlib import Path

from etude.catalog import Catalog
from etude.report import Category, CheckResult, Isolation, Rationale, Report, Status

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
EXERCISES = {exercise.id: exercise for exercise in Catalog.load([MINI])}


def report(exercise: str, source: str = "", points: int = 2) -> Report:
    """Full marks where the source says `right`."""
    right = "right" in source
    why = None if right else Rationale("All values differ.", wanted="secret 42")
    status = Status.PASSED if right else Status.FAILED
    check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, points, status, 0.001, why)
    return Report(exercise, f"{exercise}.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, (check,))
