"""`etude start --notebook`, `etude lab`, and grading the notebook that they write."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner, Result

from etude.cli import main
from etude.events import Events
from etude.notebook import notebook_source
from tests.notebooks.conftest import MINI


def etude(*arguments: str) -> Result:
    result = CliRunner().invoke(main, arguments, prog_name="etude")
    assert "Traceback" not in result.output
    return result


def starts() -> int:
    return sum(event.kind.value == "start" for event in Events.open().of())


def test_start_writes_prompt_stub_and_check() -> None:
    result = etude("start", "double", "--notebook")
    assert result.exit_code == 0
    assert result.stdout == (
        "double.ipynb is yours to fill in.\n"
        "  etude lab double                 open it\n"
        "  etude grade double double.ipynb  grade it\n"  # EX alone would be double.py where both are there
    )
    text = Path("double.ipynb").read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    exercise = MINI / "exercises" / "q01_basics" / "double"
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        ("markdown", (exercise / "prompt.md").read_text(encoding="utf-8").strip()),
        ("code", "%load_ext etude"),
        ("code", (exercise / "stub.py").read_text(encoding="utf-8").strip()),
        ("code", 'etude.check("double")'),
    ]
    assert starts() == 1
    etude("start", "double", "again", "--notebook")
    assert Path("again/double.ipynb").read_text(encoding="utf-8") == text  # the same at every call


def test_force_keeps_the_old_one() -> None:
    etude("start", "double", "--notebook")
    Path("double.ipynb").write_text("mine")
    refused = etude("start", "double", "--notebook")
    assert refused.exit_code == 2
    assert "double.ipynb: is already there" in refused.stderr
    assert etude("start", "double", "--notebook", "--force").exit_code == 0
    assert Path("double.ipynb.1").read_text() == "mine"


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.practice.stub_notebook.missing_extras", lambda extras: extras)
    monkeypatch.setattr("etude.extras.missing_extras", lambda extras: extras)
    for arguments in (["start", "double", "--notebook"], ["lab"], ["lab", "double"]):
        result = etude(*arguments)
        assert result.exit_code == 2
        assert result.stderr.count("\n") == 1
        assert "pip install 'etude[notebook]'" in result.stderr
    assert os.listdir() == []


def test_the_script_is_graded_where_both_are_there() -> None:
    etude("start", "double", "--notebook")
    assert "double.ipynb" in etude("grade", "double").stdout
    Path("double.py").write_text("def double(x):\n    return 2 * x\n")
    assert "double.py " in f"{etude('grade', 'double').stdout.split()[1]} "


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        (["%load_ext etude", "x = 1"], "\nx = 1"),
        (["import etude", "etude.check('f')", "card = etude.check(\n'f'\n)\nx = 1"], "pass\npass\n(\n\n)\nx = 1"),
        (["from etude import check", "é = 'é'; check('f'); y = 2"], "pass\né = 'é'; pass; y = 2"),
        (["import etude.report as r", "r.Report()"], "pass\npass"),
        (["%%grade f --seed 3\nx = 1"], "\nx = 1"),
        (["import etudes", "etudes.check()", "check('f')"], "import etudes\netudes.check()\ncheck('f')"),
        (["def f():\n    import etude", "x = (1,\n2)"], "def f():\n    import etude\nx = (1,\n2)"),
        (["etude.check('f')", "def f(:"], "etude.check('f')\ndef f(:"),  # no Python: the judge says where
    ],
)
def test_what_only_asks_for_a_grading_is_no_part_of_the_answer(cells: list[str], source: str) -> None:
    written = [{"cell_type": "code", "source": cell} for cell in cells]
    lines = notebook_source("f.ipynb", json.dumps({"cells": written})).splitlines()
    assert "\n".join(line for line in lines if not line.startswith("# cell ")) == source


# --- etude lab


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command would have become."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr("os.execve", lambda *call: calls.append(call))
    return calls


def test_lab_writes_the_notebooks_that_are_missing(executed: list[tuple[Any, ...]], tmp_path: Path) -> None:
    Path("work").mkdir()
    Path("work/mean.ipynb").write_text("mine")
    result = etude("lab", "double", "mean", "--folder", "work", "--", "--no-browser", "--port", "8899")
    assert result.exit_code == 0
    assert result.stdout == "work/double.ipynb is yours to fill in.\n"
    assert Path("work/mean.ipynb").read_text() == "mine"
    assert starts() == 1
    ((program, arguments, environment),) = executed
    notebook = str(tmp_path / "work" / "double.ipynb")
    assert program == sys.executable
    assert arguments == [program, "-m", "jupyterlab", notebook, "--no-browser", "--port", "8899"]
    assert (environment["ETUDE_BANK"], environment["ETUDE_ONLY_BANK"]) == (str(MINI), "1")


def test_lab_on_a_folder(executed: list[tuple[Any, ...]], tmp_path: Path) -> None:
    assert etude("lab").exit_code == 0
    assert executed[0][1][3:] == [str(tmp_path)]
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--folder", "nowhere"], "nowhere: is not a directory"),
        (["doble"], "doble: no exercise of that name: did you mean double?"),
    ],
)
def test_lab_refuses(executed: list[tuple[Any, ...]], arguments: list[str], said: str) -> None:
    result = etude("lab", *arguments)
    assert (result.exit_code, executed) == (2, [])
    assert said in result.stderr
