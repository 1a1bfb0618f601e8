"""Bad input: each one line on standard error that says what to do, and exit status 2."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from etude.judge.job import GradeOptions

Etude = Callable[..., Result]
RIGHT = "def double(x): return 2 * x\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "doubel"], "doubel: no exercise of that name: did you mean double?"),
        (["show", "doubel"], "doubel: no exercise of that name: did you mean double?"),
        (["show", ""], "EX: is empty: `etude list` shows the exercises"),
        (["mock"], "etude: mock: needs a terminal that can be drawn on: run it in one"),
        (["mock", "--report"], "etude: mock --report: no interview has been finished yet: `etude mock` begins one"),
        (["start", "xyzzy"], "xyzzy: no exercise of that name: `etude list` shows them all"),
        (["solution", "men"], "men: no exercise of that name: did you mean mean?"),
        (["grade", "double"], "double.py: there is no such file: `etude start double` writes a stub to begin from"),
        (["grade", "double", "."], ".: is a directory: give the file in it that holds your answer"),
        (["grade", "double", "bad\nname.py"], "bad\\nname.py: there is no such file"),
        (["grade", "double", "--bank", "nowhere"], "is not a bank: it has no folder 'exercises'"),
        (["list", "--chapter", "9"], "--chapter 9: no such chapter: there are q01_basics"),
        (["gade", "double"], "gade: no such command: did you mean grade?"),
        (["xyzzy"], "xyzzy: no such command: see `etude --help`"),
    ],
)
def test_bad_input_is_one_line(etude: Etude, arguments: list[str], said: str) -> None:
    result = etude(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert result.stderr.startswith("etude: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "option",
    [
        ["--seed", "-1"],
        ["--seed", "x"],
        ["--timeout", "0"],
        ["--timeout", "nan"],
        ["--timeout", "inf"],
        ["--feedback", "some"],
        ["--device", "tpu"],
        ["--nonsense"],
    ],
)
def test_bad_options(etude: Etude, option: list[str], asked: list[GradeOptions]) -> None:
    result = etude("grade", "double", "-", *option, stdin=RIGHT)
    assert (result.exit_code, result.stdout) == (2, "")
    assert asked == []


def test_only_bank_needs_a_bank(etude: Etude, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ETUDE_BANK")
    assert "--only-bank: no other bank is named: name it with --bank DIR" in etude("list").stderr


def test_banks_beside_the_shipped_one(
    etude: Etude, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, bank: Path
) -> None:
    monkeypatch.delenv("ETUDE_ONLY_BANK")
    ids = [json.loads(line)["id"] for line in etude("list", "--json").stdout.splitlines()]
    assert {"double", "softmax"} <= set(ids)
    monkeypatch.setenv("ETUDE_BANK", os.pathsep.join([str(bank), str(tmp_path / "none")]))
    assert "none: is not a bank" in etude("list").stderr
