"""Graders: markers are validated, a grader's own bug is ours, and bare pytest says what the judge says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.errors import JudgeError
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report, Status
from etude.submission import Submission
from tests.conftest import MINI_BANK

GRADER = """
import os
from etude.grading import assert_close, check

@check("correctness")
def test_values(submission, rng):
    '''Values.'''
    x = rng.standard_normal(3)
    assert_close(submission.double(x), 2 * x)
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """A bank of one exercise, whose grader the test may write."""
    for part, text in {
        "exercises/q01_basics/double/exercise.toml": (
            MINI_BANK / "exercises/q01_basics/double/exercise.toml"
        ).read_text(),
        "exercises/q01_basics/double/stub.py": "def double(x):\n    raise NotImplementedError\n",
        "exercises/q01_basics/double/prompt.md": "# Double\n",
        "solutions/q01_basics/double.py": "def double(x):\n    return 2 * x\n",
        "graders/q01_basics/double/test_double.py": GRADER,
    }.items():
        path = tmp_path / part
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


RIGHT = "def double(x):\n    return 2 * x\n"


def grade_with(
    judge: Judge, bank: Path, grader: str, source: str = RIGHT, options: GradeOptions | None = None
) -> Report:
    (bank / "graders/q01_basics/double/test_double.py").write_text(grader)
    return judge.grade(Catalog.load([bank]).get("double"), Submission("a.py", source, None), options)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('@check("correctness")', '@check("speling")'), "unknown category 'speling'"),
        (('@check("correctness")', '@check("correctness", points=0)'), "points must be a positive int"),
        (('@check("correctness")', '@check("correctness", points=2, testimony=True)'), "one point at most"),
        (('@check("correctness")', '@check("correctness", depends_on="test_later")'), "no earlier check"),
        (('@check("correctness")', ""), "no @check above it"),
        (("'''Values.'''", ""), "no docstring"),
        (("import os", "import nowhere"), "cannot be imported"),
        (("x = rng", "x = 1 / 0; x = rng"), "test_values (line 8) raised ZeroDivisionError"),
        (("(submission, rng)", "(submission, rng, nonsense)"), "nonsense"),
        (("def test_values", "def values"), "no checks in it"),
    ],
)
def test_a_graders_own_fault_is_a_judge_error_with_its_name(
    judge: Judge, bank: Path, change: tuple[str, str], words: str
) -> None:
    with pytest.raises(JudgeError) as caught:
        grade_with(judge, bank, GRADER.replace(*change))
    assert "test_double.py" in str(caught.value)
    assert words in str(caught.value)
    assert grade_with(judge, bank, GRADER + "\n").full_marks, "the host goes on"


INDEXING = GRADER.replace("submission.double(x), 2 * x", "submission.double(x)[0], 2 * x[0]")
MORE = """
@check("contract")
def test_more(submission):
    '''More.'''
    assert_close(submission.double(1), 2)
"""


def test_a_value_that_a_check_stumbles_over_costs_that_check_and_no_other(judge: Judge, bank: Path) -> None:
    assert grade_with(judge, bank, INDEXING + MORE).full_marks
    answer = "def double(x):\n    return 2 if type(x) is int else None\n"
    stumbled, passed = grade_with(judge, bank, INDEXING + MORE, answer).checks
    assert stumbled.status is Status.ERROR
    assert stumbled.rationale is not None
    assert "cannot be checked (TypeError: 'NoneType' object is not subscriptable)" in stumbled.rationale.problem
    assert stumbled.rationale.given is not None
    assert passed.status is Status.PASSED


def test_an_audit_calls_that_the_graders_fault(judge: Judge, bank: Path) -> None:
    with pytest.raises(JudgeError, match="raised TypeError"):
        grade_with(judge, bank, INDEXING, "def double(x):\n    pass\n", GradeOptions(strict=True))


def test_a_changed_grader_is_collected_anew(judge: Judge, bank: Path) -> None:
    assert grade_with(judge, bank, GRADER).full_marks
    assert not grade_with(judge, bank, GRADER.replace("2 * x)", "3 * x)")).full_marks


@pytest.mark.parametrize("answer", ["solutions/q01_basics/double.py", "graders/q01_basics/double/wrong"])
def test_bare_pytest_has_the_same_outcome_as_the_judge(judge: Judge, mini_bank: Catalog, answer: str) -> None:
    path = MINI_BANK / answer
    path = path if path.is_file() else sorted(path.glob("*.py"))[0]
    report = judge.grade(mini_bank.get("double"), Submission.read(str(path)))
    command = [sys.executable, "-m", "pytest", "graders/q01_basics/double", "--submission", str(path), "-rA", "-q"]
    done = subprocess.run(
        [*command, "-p", "etude.judge.plugin", "--import-mode=importlib", "-p", "no:cacheprovider"],
        cwd=MINI_BANK,
        capture_output=True,
        text=True,
    )
    for check in report.checks:
        word = {"passed": "PASSED", "failed": "FAILED", "error": "FAILED", "skipped": "SKIPPED"}[check.status.value]
        listed = word == "SKIPPED" or f"::{check.name}" in done.stdout
        assert word in done.stdout
        assert listed
        assert f"{word} graders/q01_basics/double/test_double.py::{check.name}" in done.stdout or word == "SKIPPED"
    assert done.returncode == (0 if report.full_marks else 1)


def test_bare_pytest_without_a_submission_says_what_to_do() -> None:
    command = [sys.executable, "-m", "pytest", "graders/q01_basics/double", "-p", "etude.judge.plugin", "-q"]
    done = subprocess.run(
        [*command, "--import-mode=importlib", "-p", "no:cacheprovider"], cwd=MINI_BANK, capture_output=True, text=True
    )
    assert "--submission FILE" in done.stdout
    assert done.returncode == 1


def test_pytest_benchmarks_tools_work_on_what_the_judge_measured(tmp_path: Path) -> None:
    """Saved, compared with what was saved before, and drawn."""
    grader = MINI_BANK / "graders/q01_basics/affine"
    answer = MINI_BANK / "solutions/q01_basics/affine.py"
    command = [sys.executable, "-m", "pytest", str(grader), "-p", "etude.judge.plugin", "--import-mode=importlib", "-q"]
    command += ["--submission", str(answer), f"--benchmark-storage=file://{tmp_path}/saved", "--rootdir", str(tmp_path)]
    drawn = f"--benchmark-histogram={tmp_path}/drawn"
    for tools in (["--benchmark-autosave"], ["--benchmark-compare", drawn, f"--benchmark-json={tmp_path}/times.json"]):
        done = subprocess.run([*command, *tools], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout
    assert "test_speed[reference] (NOW)" in done.stdout
    assert "test_speed (0001_" in done.stdout
    benchmarks = json.loads((tmp_path / "times.json").read_text())["benchmarks"]
    assert [benchmark["name"] for benchmark in benchmarks] == ["test_speed", "test_speed[reference]"]
    assert "ratio" in benchmarks[0]["extra_info"]
    assert list(tmp_path.glob("drawn*.svg"))
