"""The `check` marker: what a grader function says of itself, validated when it is collected."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from etude.errors import JudgeError
from etude.exercise import DEVICES
from etude.report import Category

MARK = "etude_check"


@dataclass(frozen=True)
class CheckSpec:
    name: str
    description: str
    category: Category
    points: int
    depends_on: tuple[str, ...]
    testimony: bool
    help: str | None
    device: str  # cuda: left out where there is none


SPEC = pytest.StashKey[CheckSpec]()


def read_specs(items: Sequence[pytest.Item], path: object) -> None:
    """Put each item's CheckSpec into its stash; JudgeError names the grader and every fault at once."""
    faults: list[str] = []
    earlier: set[str] = set()
    for item in items:
        spec = _spec(item, faults)
        faults += [
            f"{item.name}: depends on {name!r}, which is no earlier check"
            for name in spec.depends_on
            if name not in earlier
        ]
        earlier.add(item.name)
        item.stash[SPEC] = spec
    if not items:
        faults.append("no checks in it")
    if faults:
        raise JudgeError(f"{path}: {'; '.join(faults)}")


def _spec(item: pytest.Item, faults: list[str]) -> CheckSpec:
    mark = item.get_closest_marker(MARK)
    fields = dict(mark.kwargs) if mark else {}
    if not mark:
        faults.append(f"{item.name}: no @check above it")
    category = fields.get("category", "contract")
    if category not in {member.value for member in Category}:
        faults.append(f"{item.name}: unknown category {category!r}")
        category = "contract"
    points, testimony = fields.get("points", 1), bool(fields.get("testimony", False))
    if type(points) is not int or points < 1:
        faults.append(f"{item.name}: points must be a positive int, not {points!r}")
        points = 1
    if testimony and points > 1:
        faults.append(f"{item.name}: rests on testimony, and carries one point at most")
    description = inspect.cleandoc(getattr(getattr(item, "obj", None), "__doc__", None) or "")
    if not description:
        faults.append(f"{item.name}: no docstring, which is what the learner reads")
    device = fields.get("device", "cpu")
    if device not in DEVICES:
        faults.append(f"{item.name}: unknown device {device!r}: one of {', '.join(DEVICES)}")
    depends = fields.get("depends_on") or ()
    depends = (depends,) if isinstance(depends, str) else tuple(depends)
    words = " ".join(description.split())
    return CheckSpec(item.name, words, Category(category), points, depends, testimony, fields.get("help"), str(device))
