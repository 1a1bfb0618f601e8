"""`pytest graders/… --submission FILE`: each item reports what a host said of it. Nothing is graded in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.errors import EtudeError, JudgeError
from etude.judge.benchmarks import benchmarks_of
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.judge.marker import MARK
from etude.report import CheckResult, Rationale, Report, Status
from etude.submission import Submission


class RemoteGrading:
    """The pytest plugin that stands in for each check's own run."""

    def __init__(self, submission: str, seed: int | None) -> None:
        self._path, self._seed = submission, seed
        self._reports: dict[Path, Report] = {}
        self._judge = Judge()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        if item.get_closest_marker(MARK) is not None:
            # The check's fixtures and body stay unused: its verdict is the host's.
            item.fixturenames.clear()  # type: ignore[attr-defined]
            item.runtest = lambda: self._tell(item)  # type: ignore[method-assign]

    def pytest_unconfigure(self) -> None:
        self._judge.close()

    def _tell(self, item: pytest.Item) -> None:
        try:
            report = self._report(item.path)
        except (EtudeError, JudgeError) as error:
            pytest.fail(str(error), pytrace=False)
        result = next((check for check in report.checks if check.name == item.name), None)
        if result is None:
            pytest.fail(f"{item.name} was not among the checks that the host ran", pytrace=False)
        if result.timing is not None:
            benchmarks = item.config._benchmarksession.benchmarks  # type: ignore[attr-defined]
            benchmarks += [benchmark.metadata() for benchmark in benchmarks_of(item.nodeid, result.timing)]
        if result.status is Status.SKIPPED:
            pytest.skip(result.rationale.problem if result.rationale else "skipped")
        if result.status is not Status.PASSED:
            pytest.fail(_explained(result, report.problem), pytrace=False)

    def _report(self, grader: Path) -> Report:
        """One grading for all the items of a grader file."""
        if grader not in self._reports:
            bank = grader.resolve().parents[3]
            exercise = Catalog.load([bank]).get(grader.parent.name)
            submission = Submission.read(self._path)
            self._reports[grader] = self._judge.grade(exercise, submission, GradeOptions(seed=self._seed))
        return self._reports[grader]


def _explained(result: CheckResult, problem: Rationale | None) -> str:
    """A result as the lines that pytest shows for a failure."""
    rationale = result.rationale or problem or Rationale("it did not pass")
    parts = {
        "given": rationale.given,
        "returned": rationale.returned,
        "wanted": rationale.wanted,
        "difference": rationale.difference,
        "traceback": rationale.traceback,
        "help": result.help,
    }
    return "\n".join([f"{result.description}\n{rationale.problem}", *(f"{k}: {v}" for k, v in parts.items() if v)])
