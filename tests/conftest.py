"""What the tests share: the tiny bank, and one judge with its hosts warm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission

MINI_BANK = Path(__file__).parent / "fixtures" / "mini_bank"

Grade = Callable[..., Report]


@pytest.fixture(scope="session")
def mini_bank() -> Catalog:
    return Catalog.load([MINI_BANK])


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    with Judge() as judge:
        yield judge


@pytest.fixture(scope="session")
def grade(judge: Judge, mini_bank: Catalog) -> Grade:
    """grade(source, exercise="double", **options) -> Report"""

    def grade(source: str, exercise: str = "double", **options: object) -> Report:
        submission = Submission("answer.py", source, None)
        return judge.grade(mini_bank.get(exercise), submission, GradeOptions(**{"speed": False, **options}))  # type: ignore[arg-type]

    return grade
