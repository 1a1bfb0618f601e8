"""Answers that find out which check is running, or that it has run before, and behave for that one only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission
from tests.attacks.conftest import Attack, Harmless

STACK = """
import sys
def callers():
    frame, names = sys._getframe(1), set()
    while frame:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return names
"""
# Each returns the double in some call that it can recognise, and else three times the argument. Every check that
# rests on proof draws what it gives, so that being right by chance, or once, is being wrong.
SELECTIVE = {
    "right where it is watched": "return x * (2 if 'watched' in callers() else 3)",
    "right where it is looked around": "return x * (2 if '_observed' in callers() else 3)",
    "right in every other call": "calls.append(1)\n    return x * (2 + len(calls) % 2)",
    "right in later calls": "calls.append(1)\n    return x * (2 if len(calls) > 2 else 3)",
    "right for vectors": "return x * (2 if x.ndim == 1 else 3)",
    "right for arrays that nobody else holds": "return x * (2 if sys.getrefcount(x) < 2 else 3)",
    "remembered by shape": "return kept.setdefault(x.size % 2, x * 3)",
    "right where the first element is positive": "return x * (2 if np.sum(x) > 1e9 else 3)",
    "right for numbers with few digits": "return x * (2 if float(x.flat[0]).is_integer() else 3)",
    "drawn as the grader would": "return 2 * np.random.standard_normal(x.shape).astype(x.dtype)",
    "drawn from a small seed": "return 2 * np.random.default_rng(0).standard_normal(x.shape).astype(x.dtype)",
    "right from the second load on": "open('seen', 'a').close()\n    return x * (2 if os.path.getsize('seen') else 3)",
    "another function from now on": "globals()['double'] = lambda x: x * 4\n    return x * 3",
    "a module that answers to every name": "sys.modules['submission'].__getattr__ = callers\n    return x * 3",
}


@pytest.mark.parametrize("kind", SELECTIVE)
def test_right_for_one_check_is_not_right(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    source = f"{STACK}\nimport os\nimport numpy as np\ncalls, kept = [], {{}}\ndef double(x):\n    {SELECTIVE[kind]}\n"
    assert_harmless(attack(source))


@pytest.fixture(scope="module")
def softmax() -> Iterator[tuple[Judge, Catalog]]:
    with Judge() as judge:
        yield judge, Catalog.load([shipped_bank()])


def grade(softmax: tuple[Judge, Catalog], source: str) -> Report:
    judge, catalog = softmax
    return judge.grade(catalog.get("softmax"), Submission("answer.py", source), GradeOptions(speed=False))


IN_PLACE = """
import numpy as np
def softmax(x, axis=-1):
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(float)
    kept = x.copy() if {hidden} else x
    kept -= np.max(kept, axis=axis, keepdims=True, initial=-1e308 if x.size == 0 else np.min(x))
    np.exp(kept, out=kept)
    kept /= kept.sum(axis=axis, keepdims=True)
    return kept
"""


def test_an_argument_that_is_left_alone_only_where_that_is_looked_at(softmax: tuple[Judge, Catalog]) -> None:
    """The point that rests on testimony is had by it; the one that rests on proof is not."""
    report = grade(softmax, STACK + IN_PLACE.format(hidden="'_observed' in callers()"))
    earned = {check.name for check in report.checks if check.earned}
    testimony = {check.name for check in report.checks if check.testimony}
    assert "test_scores_reusable" not in earned
    assert earned & testimony == testimony
    assert not report.full_marks
    assert "test_scores_reusable" in {c.name for c in grade(softmax, IN_PLACE.format(hidden="True")).checks if c.earned}
