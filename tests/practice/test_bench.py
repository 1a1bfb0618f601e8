"""`etude bench`: times side by side, for people, for pytest-benchmark, and as a picture."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.catalog import Catalog
from etude.cli import main
from etude.practice import machine
from etude.practice.machine import Peaks

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`affine` with small inputs, which can be scaled."""
    bank = tmp_path / "bank"
    shutil.copytree(MINI, bank, ignore=shutil.ignore_patterns("__pycache__"))
    affine = Catalog.load([bank]).get("affine")
    grader = affine.grader_path.read_text("utf-8")
    wanted = "lambda: (rng.standard_normal((512, 512)),)"
    assert wanted in grader
    affine.grader_path.write_text(
        grader.replace(wanted, "lambda scale=1: (rng.standard_normal((int(128 * scale), 64)),)"), "utf-8"
    )
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(bank))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(machine, "peaks", lambda device: Peaks(1e10, 1e11))
    monkeypatch.chdir(tmp_path)
    shutil.copy(affine.solution_path, tmp_path / "affine.py")
    return bank


def etude(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_the_reference_this_attempt_and_those_before_side_by_side(bank: Path) -> None:
    assert etude("grade", "affine").exit_code == 0
    result = etude("bench", "affine")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line for line in lines if line.startswith("the reference")]
    assert [line for line in lines if line.startswith("this attempt")]
    assert sum("20" in line and ":" in line and "(" in line for line in lines) == 1, "one earlier attempt"
    assert "takes this machine at least" in " ".join(result.stdout.split())


def test_pytest_benchmark_compares_what_was_written(bank: Path) -> None:
    assert etude("bench", "affine", "--json", "times.json").exit_code == 0
    names = [benchmark["name"] for benchmark in json.loads(Path("times.json").read_text())["benchmarks"]]
    assert names == ["test_speed", "test_speed[reference]"]
    command = [sys.executable, "-c", "from pytest_benchmark.cli import main; main()", "compare", "times.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "test_speed[reference]" in done.stdout


def test_time_against_size_is_drawn(bank: Path) -> None:
    result = etude("bench", "affine", "--png", "times.png")
    assert result.exit_code == 0, result.output
    assert Path("times.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["bench", "double"], "double: has no speed check"),
        (["bench", "affine", "affine.py", "--json", "affine.py"], "affine.py: is already there"),
        (["bench", "affine", "nowhere.py"], "nowhere.py"),
        (["bench", "affine", "wrong.py"], "wrong.py: was not timed: mend it first: etude grade affine wrong.py"),
    ],
)
def test_what_cannot_be_timed_is_told_in_one_line(bank: Path, arguments: list[str], line: str) -> None:
    Path("wrong.py").write_text("def affine(x):\n    return x\n")
    result = etude(*arguments)
    assert result.exit_code == 2
    assert line in result.output
    assert len(result.output.splitlines()) == 1


def test_an_exercise_of_one_size_cannot_be_drawn(bank: Path) -> None:
    affine = Catalog.load([bank]).get("affine")
    grader = affine.grader_path.read_text("utf-8")
    assert "lambda scale=1:" in grader
    affine.grader_path.write_text(
        grader.replace("lambda scale=1: (", "lambda: (").replace("128 * scale", "128"), "utf-8"
    )
    result = etude("bench", "affine", "--png", "times.png")
    assert result.exit_code == 2
    assert "is timed at one size only" in result.output


def test_peaks_bound_every_time_from_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "COPIED", 1 << 20)
    monkeypatch.setattr(machine, "SIDE", 64)
    found = machine.measure("cpu")
    assert found.bandwidth > 0
    assert found.rate > 0
    assert found.least_seconds(2 * found.bandwidth, 3 * found.rate) == pytest.approx(3)


def test_peaks_are_measured_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    measured = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        measured.append(command)
        return subprocess.CompletedProcess(command, 0, '{"bandwidth": 2.0, "rate": 3.0}', "")

    monkeypatch.setattr(machine.subprocess, "run", run)
    assert machine.peaks("cpu") == machine.peaks("cpu") == Peaks(2.0, 3.0)
    assert len(measured) == 1


def test_a_damaged_cache_of_peaks_is_measured_anew(tmp_path: Path) -> None:
    for content in ("", "[]", "{", "null"):
        path = tmp_path / "machine.json"
        path.write_text(content)
        assert machine._known(path) == {}


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    said = '{"bandwidth": 2.0, "rate": 3.0}'
    monkeypatch.setattr(machine.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 0, said))
    assert machine.peaks("cpu") == Peaks(2.0, 3.0)


def test_a_file_that_cannot_be_written_is_told_before_anything_is_measured(
    bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etude.cli.bench._measured", lambda *_, **__: pytest.fail("it was measured"))
    result = etude("bench", "affine", "--json", "nowhere/times.json")
    assert result.exit_code == 2
    assert "nowhere/times.json: cannot be written (nowhere is not a folder): make it, or name another" in result.output
