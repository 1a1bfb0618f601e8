"""Checks that need a GPU, where there is none: left out, and so are their points; the report says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.errors import EtudeError
from etude.judge import client
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report, Status
from etude.submission import Submission

BANK = Path(__file__).parent / "fixtures" / "gpu_bank"


@pytest.fixture(scope="module")
def report() -> Report:
    exercise = Catalog.load([BANK]).get("tanh_sum")
    with pytest.MonkeyPatch.context() as patch, Judge() as judge:
        patch.setattr(client, "gpus", lambda: ())
        return judge.grade(exercise, Submission.read(str(exercise.solution_path)), GradeOptions(device="auto"))


def test_they_are_skipped_and_say_why(report: Report) -> None:
    assert report.device == "cpu"
    for check in report.checks[1:]:
        assert check.status is Status.SKIPPED
        assert check.rationale is not None
        assert "needs a GPU" in check.rationale.problem


def test_their_points_leave_the_maximum(report: Report) -> None:
    assert report.full_marks
    assert report.maximum == report.possible == 1
    assert sum(check.points for check in report.checks) == 3


def test_runs_of_torch_calls_are_timed(report: Report) -> None:
    timing = report.checks[0].timing
    assert timing is not None
    assert timing.calls == 16
    assert timing.bytes == 2 * 256 * 256 * 4


def test_a_gpu_that_is_asked_for_and_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "gpus", lambda: ())
    exercise = Catalog.load([BANK]).get("tanh_sum")
    with Judge() as judge, pytest.raises(EtudeError, match="no GPU on this machine"):
        judge.grade(exercise, Submission("answer.py", ""), GradeOptions(device="cuda"))
