"""`etude grade`: what it prints, what it keeps, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from etude.attempts import Attempts
from etude.judge.job import GradeOptions

Etude = Callable[..., Result]
RIGHT, WRONG = "def double(x): return 2 * x\n", "def double(x): return x\n"


def test_full_marks(etude: Etude) -> None:
    Path("double.py").write_text(RIGHT)
    result = etude("grade", "double")
    assert result.exit_code == 0
    assert "✓ It doubles." in result.stdout
    assert "full marks" in result.stdout
    assert result.stderr == ""
    latest = Attempts.open().latest("double")
    assert latest is not None
    assert latest.source == RIGHT


def test_less(etude: Etude) -> None:
    Path("double.py").write_text(WRONG)
    result = etude("grade", "double")
    assert result.exit_code == 1
    assert "secret 42" in result.stdout
    assert Attempts.open().best() == {"double": 0.0}


def test_standard_input_and_json(etude: Etude) -> None:
    result = etude("grade", "double", "-", "--json", stdin=RIGHT)
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    report = json.loads(result.stdout)
    assert (report["submission"], report["score"]) == ("standard input", 2)


def test_exam_feedback_is_shown_and_the_full_report_kept(etude: Etude) -> None:
    for arguments in ((), ("--json",)):
        result = etude("grade", "double", "-", "--feedback", "exam", *arguments, stdin=WRONG)
        assert result.exit_code == 1
        assert "42" not in result.stdout
    latest = Attempts.open().latest("double")
    assert latest is not None
    assert latest.report.checks[0].rationale is not None


def test_options_reach_the_judge(etude: Etude, asked: list[GradeOptions]) -> None:
    etude("grade", "double", "-", stdin=RIGHT)
    etude(
        "grade", "double", "-", "--seed", "9", "--no-speed", "--timeout", "2.5", "--device", "cuda",
        "--allow-unisolated", stdin=RIGHT,
    )  # fmt: skip
    assert asked == [GradeOptions(device="auto"), GradeOptions(9, False, 2.5, "cuda", True)]


def test_several_files_and_the_worst_status(etude: Etude) -> None:
    for name, source in (("a", RIGHT), ("b", WRONG), ("c", "fault"), ("d", "")):
        Path(f"{name}.py").write_text(source)
    assert etude("grade", "double", "a.py", "a.py").exit_code == 0
    assert etude("grade", "double", "a.py", "b.py").exit_code == 1
    result = etude("grade", "double", "d.py", "b.py", "a.py", "--json")
    assert result.exit_code == 2
    assert [json.loads(line)["submission"] for line in result.stdout.splitlines()] == ["b.py", "a.py"]
    assert result.stderr.startswith("etude: d.py: is empty:")
    result = etude("grade", "double", "c.py", "d.py", "a.py", "--json")
    assert result.exit_code == 3
    assert result.stdout.count("\n") == 1
    assert "etude: c.py: grader test_double.py: NameError: not your answer's fault; please report" in result.stderr


def test_no_host_is_started_for_nothing(etude: Etude, asked: list[GradeOptions]) -> None:
    assert etude("grade", "double").exit_code == 2
    assert asked == []


def test_refusal_of_the_judge(etude: Etude) -> None:
    result = etude("grade", "double", "-", stdin="refused")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "etude: isolation: this machine cannot confine an answer: use --allow-unisolated\n"


def test_interrupted(etude: Etude) -> None:
    Path("a.py").write_text(RIGHT)
    Path("b.py").write_text("interrupt")
    result = etude("grade", "double", "a.py", "b.py")
    assert result.exit_code == 130
    assert Attempts.open().best() == {"double": 1.0}


def test_a_fault_of_ours_is_one_line(etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    result = etude("grade", "double", "-", stdin="bug")
    assert result.exit_code == 3
    assert result.stderr.startswith("etude: ZeroDivisionError: oops: a fault of étude's: please report it")
    monkeypatch.setenv("ETUDE_DEBUG", "1")
    assert isinstance(etude("grade", "double", "-", stdin="bug").exception, ZeroDivisionError)


def test_an_attempt_that_cannot_be_kept_costs_no_verdict(
    etude: Etude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "file"))
    result = etude("grade", "double", "-", stdin=RIGHT)
    assert result.exit_code == 0
    assert "full marks" in result.stdout
    assert result.stderr.startswith("etude: this attempt was not kept:")
    assert result.stderr.count("\n") == 1


def test_corrupt_attempts(etude: Etude, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "attempts.db").write_text("not a database at all")
    result = etude("list")
    assert result.exit_code == 0
    assert "the attempts were corrupt: moved to attempts.db.corrupt-1, and new ones begun" in result.stderr
    assert etude("list").stderr == ""


def test_a_missing_extra(etude: Etude, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bank: Path) -> None:
    folder = tmp_path / "bank" / "exercises" / "q01_x" / "ex"
    folder.mkdir(parents=True)
    text = (bank / "exercises/q01_basics/double/exercise.toml").read_text()
    (folder / "exercise.toml").write_text(text.replace('"numpy"', '"torch"', 1) + 'extras = ["sklearn"]\n')
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("ETUDE_BANK", str(tmp_path / "bank"))
    result = etude("grade", "ex", "-", stdin=RIGHT)
    assert result.exit_code == 2
    assert result.stderr == (
        "etude: ex: needs torch and sklearn, not installed here: pip install 'etude[torch,sklearn]'\n"
    )
    assert "* to be installed first: pip install 'etude[torch,sklearn]'" in etude("list").stdout
