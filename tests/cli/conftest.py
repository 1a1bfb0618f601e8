"""The command in this process, in an empty folder, with a bank of two exercises and a stand-in for the judge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.cli import main
from etude.errors import EtudeError, JudgeError
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.report import Category, CheckResult, Isolation, Rationale, Report, Status
from etude.submission import Submission

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"


class FakeJudge:
    """Answers by what the source says; keeps the options it was asked with."""

    def __init__(self, asked: list[GradeOptions]) -> None:
        self.asked = asked

    def __enter__(self) -> FakeJudge:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def grade(
        self, exercise: Exercise, submission: Submission, options: GradeOptions, on_check: Callable[[str], None]
    ) -> Report:
        self.asked.append(options)
        on_check("test_values")
        match submission.source.strip():
            case "fault":
                raise JudgeError("grader test_double.py: NameError")
            case "refused":
                raise EtudeError("isolation", "this machine cannot confine an answer", "use --allow-unisolated")
            case "interrupt":
                raise KeyboardInterrupt
            case "bug":
                raise ZeroDivisionError("oops")
        right = "2 * x" in submission.source
        why = None if right else Rationale("All values differ.", wanted="secret 42")
        status = Status.PASSED if right else Status.FAILED
        check = CheckResult("test_values", "It doubles.", Category.CORRECTNESS, 2, status, 0.001, why)
        isolation = Isolation("kernel", 7, True)
        return Report(exercise.id, submission.name, options.seed or 5, "full", "cpu", isolation, 0.1, (check,))


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """`double` and `mean` of the mini bank, whatever else that holds; no graders."""
    bank = tmp_path / "two_exercises"
    (bank / "exercises" / "q01_basics").mkdir(parents=True)
    for name in ("double", "mean"):
        (bank / "exercises" / "q01_basics" / name).symlink_to(MINI / "exercises" / "q01_basics" / name)
    (bank / "solutions").symlink_to(MINI / "solutions")
    return bank


@pytest.fixture
def asked() -> list[GradeOptions]:
    """The options that the judge was asked with."""
    return []


@pytest.fixture(autouse=True)
def place(tmp_path: Path, bank: Path, asked: list[GradeOptions], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(bank))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("etude.judge.client.Judge", lambda private: FakeJudge(asked))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def etude() -> Callable[..., Result]:
    """`etude("grade", "double", stdin="…")`, and never a traceback."""

    def run(*arguments: str, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin, prog_name="etude")
        assert "Traceback" not in result.output
        return result

    return run
