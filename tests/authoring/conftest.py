"""One bench for all audits here, and an exercise of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.authoring.bench import Bench
from etude.exercise import Exercise
from tests.authoring.halve import write_halve


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    with Bench(None) as bench:
        yield bench


@pytest.fixture
def halve(tmp_path: Path) -> Exercise:
    return write_halve(tmp_path)
