"""The recipes of docs/coursework.md do what they say: their own lines are run here, on the tiny bank."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.coursework.class_support import MINI, RIGHT, WRONG

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "coursework.md").read_text("utf-8")


def blocks(title: str, language: str) -> list[str]:
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


def shell(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "ETUDE_BANK": str(MINI),
        "ETUDE_ONLY_BANK": "1",
        "ETUDE_DATA": str(folder / "data"),
        "EXERCISE": "double",
        **variables,
    }
    command = ["bash", "-e", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("source", "status"), [(RIGHT, 0), (WRONG, 1)])
def test_the_workflow_of_github_classroom(tmp_path: Path, source: str, status: int) -> None:
    yaml = pytest.importorskip("yaml")
    (workflow,) = blocks("GitHub Classroom", "yaml")
    steps = yaml.safe_load(workflow)["jobs"]["grade"]["steps"]
    install, grade, full_marks = [step["run"] for step in steps if "run" in step]
    assert install.startswith("pip install ")
    (tmp_path / "double.py").write_text(source)
    done = shell(grade, tmp_path, GITHUB_ACTOR="ann")
    assert done.returncode == 0, done.stderr
    (suite,) = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert suite.get("name") == "ann.double"
    assert shell(full_marks, tmp_path).returncode == status
    assert json.loads((tmp_path / "report.json").read_text())["exercise"] == "double"


def test_the_grading_of_what_was_pushed(tmp_path: Path) -> None:
    (script,) = blocks("GitHub Classroom", "sh")
    for student, source in (("ann-lee", RIGHT), ("bob", WRONG)):
        folder = tmp_path / "double-submissions" / f"double-{student}"
        folder.mkdir(parents=True)
        (folder / "double.py").write_text(source)
    done = shell(script, tmp_path)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "grades.csv").open(newline="") as file:
        found = {row["SIS Login ID"]: row["double"] for row in csv.DictReader(file)}
    assert (found["ann-lee"], found["bob"]) == ("5", "2")


JUPYTERS = ["%matplotlib inline", "files = !ls", "display(double(3))", "display(\n    double(1),\n    double(2),\n)"]


def test_otters_notebooks(tmp_path: Path) -> None:
    pytest.importorskip("nbconvert")
    (script,) = blocks("Otter", "sh")
    sources = ["import otter\ngrader = otter.Notebook()", RIGHT, 'grader.check("q1")', *JUPYTERS]
    cells = [
        {"cell_type": "code", "id": f"c{n}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for n, source in enumerate(sources)
    ]
    (tmp_path / "submissions").mkdir()
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "submissions/ann.ipynb").write_text(json.dumps(notebook))
    done = shell(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "results/ann/results.json").read_text())["score"] == 5
