"""`@check`: says what a grader function is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from etude.judge.marker import MARK

Test = TypeVar("Test", bound=Callable[..., Any])


def check(
    category: str,
    points: int = 1,
    *,
    depends_on: str | tuple[str, ...] = (),
    testimony: bool = False,
    help: str | None = None,
    device: str = "cpu",
) -> Callable[[Test], Test]:
    """Mark a grader function; its docstring is what the learner reads.

    `depends_on`: earlier checks without which this one is skipped. `testimony`: it rests on what the worker says of
    itself, and carries one point at most. `help`: what the learner is told where nothing nearer knows better, an answer
    that raises instead of returning, say. `device`: "cuda" for a check that needs a GPU, where its tensors are put;
    without one it is left out, and its points leave the maximum. Wrong arguments are found when the file is collected.
    """
    mark = getattr(pytest.mark, MARK)
    decorate: Callable[[Test], Test] = mark(
        category=category, points=points, depends_on=depends_on, testimony=testimony, help=help, device=device
    )
    return decorate
