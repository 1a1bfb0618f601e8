"""list, show, start, solution and doctor."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Etude = Callable[..., Result]
RIGHT = "def double(x): return 2 * x\n"


def listed(etude: Etude, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in etude("list", "--json", *arguments).stdout.splitlines()]


def test_list(etude: Etude) -> None:
    etude("grade", "double", "-", stdin=RIGHT)
    result = etude("list")
    assert result.exit_code == 0
    assert "Q1 Basics" in result.stdout
    assert "100%" in result.stdout
    assert [(row["id"], row["best"]) for row in listed(etude)] == [("double", 1.0), ("mean", None)]
    assert listed(etude)[0] == {
        "id": "double", "title": "Twice as much", "chapter": "q01_basics", "level": "warm-up", "minutes": 10,
        "framework": "numpy", "extras": [], "speed": False, "best": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--chapter", "1"], ["double", "mean"]),
        (["--chapter", "q01"], ["double", "mean"]),
        (["--chapter", "Basics"], ["double", "mean"]),
        (["--chapter", "q01_basics", "--level", "core"], ["mean"]),
        (["--framework", "torch"], []),
        (["--todo"], ["mean"]),
    ],
)
def test_list_options(etude: Etude, arguments: list[str], ids: list[str]) -> None:
    etude("grade", "double", "-", stdin=RIGHT)
    assert [row["id"] for row in listed(etude, *arguments)] == ids


def test_an_empty_list_says_so(etude: Etude) -> None:
    result = etude("list", "--framework", "torch")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No exercise is left" in result.stderr


def test_show(etude: Etude) -> None:
    result = etude("show", "double")
    assert result.exit_code == 0
    assert "every element doubled" in " ".join(result.stdout.split())


def test_start(etude: Etude, bank: Path) -> None:
    result = etude("start", "double")
    assert result.exit_code == 0
    stub = (bank / "exercises/q01_basics/double/stub.py").read_text()
    assert Path("double.py").read_text() == stub
    assert result.stdout == (
        "double.py is yours to fill in.\n  etude show double   what it asks\n  etude grade double  grade it\n"
    )


def test_start_never_overwrites(etude: Etude) -> None:
    Path("double.py").write_text("mine")
    result = etude("start", "double")
    assert result.exit_code == 2
    assert (
        "double.py: is already there: `etude grade double` grades it; --force begins again and keeps" in result.stderr
    )
    assert Path("double.py").read_text() == "mine"
    for number in (1, 2):
        assert etude("start", "double", "--force").exit_code == 0
        assert "NotImplementedError" in Path("double.py").read_text()
        kept = Path(f"double.py.{number}").read_text()
        assert (kept == "mine") == (number == 1)


def test_start_in_a_folder(etude: Etude) -> None:
    result = etude("start", "double", "my answers/today")
    assert result.exit_code == 0
    assert "NotImplementedError" in Path("my answers/today/double.py").read_text()
    assert result.stdout.splitlines()[1:] == [
        "  etude show double                                what it asks",
        "  etude grade double 'my answers/today/double.py'  grade it",
    ]
    Path("file").write_text("")
    for folder in ("file", "file/inside"):
        result = etude("start", "double", folder)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["x.py", "x.ipynb", "sub/double.py"])
def test_start_takes_a_files_name_for_no_folder(etude: Etude, name: str) -> None:
    result = etude("start", "double", name)
    assert result.exit_code == 2
    assert result.stderr == (
        f"etude: {name}: looks like a file, and DIR is a folder: double.py is written in it: leave it out to write"
        " double.py here, or name a folder\n"
    )
    assert not Path(name).exists()


def test_solution_into_a_pipe_is_the_file(etude: Etude, bank: Path) -> None:
    assert etude("solution", "double", "--give-up").stdout == (bank / "solutions/q01_basics/double.py").read_text()


def test_a_bank_without_solutions(etude: Etude, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bank: Path) -> None:
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank" / "exercises").symlink_to(bank / "exercises")
    monkeypatch.setenv("ETUDE_BANK", str(tmp_path / "bank"))
    result = etude("solution", "double")
    assert result.exit_code == 2
    assert "double.py: this bank does not have it: write it, or ask whoever gave you the bank" in result.stderr


def test_doctor(etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    result = etude("doctor")
    assert result.exit_code == 0
    for fact in ("Python", "NumPy", "isolation", "GPU", "attempts.db", "two_exercises (2 exercises)", "(none yet)"):
        assert fact in result.stdout


def test_doctor_says_what_is_wrong_with_the_attempts(
    etude: Etude, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "attempts.db").mkdir()
    result = etude("doctor")
    assert "attempts.db (the attempts cannot be opened ([Errno 21] Is a directory" in result.stdout
    assert "exercises tried" not in result.stdout
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "data").write_text("a file where the folder should be")
    assert "attempts.db (none yet; cannot be written, so that no attempt is kept: name" in etude("doctor").stdout
