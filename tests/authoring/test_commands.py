"""`etude audit` and `etude new`, as an author types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.cli import main
from etude.exercise import Exercise


@pytest.fixture(autouse=True)
def _a_cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def etude(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_clean_bank(halve: Exercise) -> None:
    bank = ("--bank", str(halve.bank), "--only-bank")
    assert etude("audit", *bank, "--seeds", "1", "--only", "misconceptions", "--write").exit_code == 0
    result = etude("audit", *bank, "--seeds", "1", "--mutants", "5")
    assert result.exit_code == 0, result.output
    assert "misconceptions named right: 5 of 5" in result.stdout
    assert "0 faults" in result.stdout
    assert "Q1 Basics" in result.stdout


def test_every_fault_is_a_line_with_path_problem_and_mend(halve: Exercise) -> None:
    halve.prompt_path.write_text("Half of it, or ValueError, without SciPy.\n")
    (halve.grader_folder / "notes.txt").write_text("x")
    result = etude("audit", "--bank", str(halve.bank), "--only-bank", "--only", "structure")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert f"{halve.prompt_path}: does not name halve: say what it is asked to be" in lines
    assert f"{halve.grader_folder / 'notes.txt'}: has no place in an exercise: move it, or delete it" in lines
    assert "3 faults" in lines


def test_metadata_that_cannot_be_read_does_not_hide_the_rest(halve: Exercise) -> None:
    other = halve.bank / "exercises" / "q01_basics" / "third" / "exercise.toml"
    other.parent.mkdir()
    other.write_text("titel = 'x'\n")
    halve.prompt_path.write_text("# halve, ValueError\n")
    result = etude("audit", "--bank", str(halve.bank), "--only-bank", "--only", "structure")
    assert f"{other}: unknown key 'titel'" in result.stdout
    assert "does not say that scipy is banned" in result.stdout


def test_json(halve: Exercise) -> None:
    (halve.grader_folder / "wrong" / "floors.py").unlink()
    arguments = ("audit", "halve", "--bank", str(halve.bank), "--json", "--seeds", "1", "--only", "cost")
    found = json.loads(etude(*arguments, "--only", "structure", "--only", "mutants", "--mutants", "3").stdout)
    assert [fault["problem"] for fault in found["faults"]] == ["4 wrong answers"]
    (exercise,) = found["exercises"]
    assert exercise["mutants"] == {"killed": 3, "equivalent": 0, "survived": 0}
    assert (exercise["checks"], exercise["points"], exercise["testimony"]) == (3, 4, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audit", "havle"], "havle: no exercise of that name: did you mean halve?"),
        (["audit", "--mutants", "few"], "give a number, or `all`"),
        (["new", "activations/swish"], "'activations' is not a chapter's name: write CHAPTER/ID"),
        (["new", "q02_activations/2swish"], "'2swish' is not a Python identifier: write CHAPTER/ID"),
        (["new", "q02_activations/softmax"], "softmax: there is an exercise of that name already: choose another"),
    ],
)
def test_bad_input_is_one_line(halve: Exercise, arguments: list[str], said: str) -> None:
    result = etude(*arguments, "--bank", str(halve.bank))
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("framework", ["numpy", "torch", "tensorflow"])
def test_a_new_exercise_is_whole_and_the_audit_leads_its_author_on(tmp_path: Path, framework: str) -> None:
    result = etude("new", "q02_activations/swish", "--framework", framework, "--bank", str(tmp_path))
    assert result.exit_code == 0, result.output
    result = etude("audit", "swish", "--bank", str(tmp_path), "--only", "structure", "--only", "right")
    assert result.exit_code == 1
    for wanted in ("0 hints: write 3 at least", "1 right answers: write 2", "a right answer gets 0 of 2"):
        assert wanted in result.stdout
    assert "missing" not in result.stdout


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "solutions" / "q02_activations").mkdir(parents=True)
    solution = tmp_path / "solutions" / "q02_activations" / "swish.py"
    solution.write_text("mine")
    result = etude("new", "q02_activations/swish", "--bank", str(tmp_path))
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert solution.read_text() == "mine"
    assert not (tmp_path / "exercises").exists()
