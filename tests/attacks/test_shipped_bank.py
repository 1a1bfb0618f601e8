"""Every grader and solution of the shipped bank, and the judge's own sources, tried from a worker in the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission

BANK = shipped_bank()
PACKAGE = Path(__file__).parents[2] / "etude"


def files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*"))


HIDDEN = files(BANK / "graders", BANK / "solutions")
JUDGE = files(PACKAGE)

# One digit a path: 0 where every way was refused.
SOURCE = """
import os

def opened(path):
    for way in (
        lambda: os.open(path, os.O_RDONLY),
        lambda: os.open(f"/proc/self/root{path}", os.O_RDONLY),
        lambda: os.open(f"/proc/self/fd/{kept(os.open(path, os.O_PATH))}", os.O_RDONLY),
        lambda: os.open(linked(path), os.O_RDONLY),
        lambda: os.listdir(os.path.dirname(path)),
    ):
        try:
            way()
            return 1
        except PermissionError:
            pass
        finally:
            while FDS:
                os.close(FDS.pop())
    return 0

def kept(descriptor):
    FDS.append(descriptor)
    return descriptor

def linked(path):
    os.path.islink("link") and os.unlink("link")
    os.symlink(path, "link")
    return "link"

FDS = []

def softmax(x):
    os.write(1, "".join(map(str, map(opened, PATHS))).encode())
    os._exit(0)
"""


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with Judge() as judge:
        yield judge


def tried(judge: Judge, paths: list[Path]) -> dict[Path, str]:
    """What one answer to a shipped exercise got: a digit a path."""
    source = f"{SOURCE}\nPATHS = {[str(path) for path in paths]!r}\n"
    report: Report = judge.grade(
        Catalog.load([BANK]).get("softmax"), Submission("answer.py", source), GradeOptions(speed=False, fail_fast=True)
    )
    assert report.isolation.level == "kernel"
    assert report.score == 0
    digits = report.checks[0].output
    assert len(digits) == len(paths), report.checks[0]
    return dict(zip(paths, digits, strict=True))


@pytest.fixture(scope="module")
def outcome(judge: Judge) -> dict[Path, str]:
    return tried(judge, HIDDEN)


def test_there_is_something_to_hide() -> None:
    assert len(HIDDEN) > 20


@pytest.mark.parametrize("path", HIDDEN, ids=lambda path: str(path.relative_to(BANK)))
def test_refused(outcome: dict[Path, str], path: Path) -> None:
    assert outcome[path] == "0"


def test_the_judges_own_sources_are_refused(judge: Judge) -> None:
    assert set(tried(judge, JUDGE).values()) == {"0"}
