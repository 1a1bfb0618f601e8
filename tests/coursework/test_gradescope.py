"""`etude course gradescope`: a zip that grades in Gradescope's container, tried here in a folder of the same shape."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from etude.coursework.gradescope.archive import requirements
from tests.coursework.class_support import HOSTILE, MEAN, MINI, RIGHT, WRONG, etude

SEED = 7


@pytest.fixture(scope="module")
def autograder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("zip") / "autograder.zip", "double", "mean", "--seed", SEED)


def make(path: Path, *arguments: object) -> Path:
    result = etude("course", "gradescope", *arguments, "--out", path, "--bank", MINI, "--only-bank")
    assert result.exit_code == 0, result.output
    return path


class Container:
    """A folder that stands for /autograder."""

    def __init__(self, root: Path, archive: Path) -> None:
        self.root = root
        (root / "submission").mkdir(parents=True)
        source = root / "source"
        subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(source)], check=True)
        for name in ("setup.sh", "run_autograder"):
            (source / name).chmod(0o755)
        shutil.copy(source / "run_autograder", root)  # as Gradescope does

    def run(self, program: str = "run_autograder", **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ETUDE_")}
        environment = {**kept, "ETUDE_AUTOGRADER": str(self.root), **variables}
        command = [str(self.root / program)]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def results(self, files: dict[str, str | bytes], **variables: str) -> dict[str, Any]:
        for name, content in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        done = self.run(**variables)
        assert done.returncode == 0
        assert "Traceback" not in done.stderr
        found: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_bytes())
        assert found["score"] == sum(test["score"] for test in found["tests"])
        assert all(0 <= test["score"] <= test["max_score"] for test in found["tests"])
        return found


@pytest.fixture
def container(tmp_path: Path, autograder: Path) -> Container:
    return Container(tmp_path / "autograder", autograder)


def test_the_zip_holds_what_it_needs_and_no_other_exercise(autograder: Path) -> None:
    with zipfile.ZipFile(autograder) as archive:
        names = archive.namelist()
        modes = {name: archive.getinfo(name).external_attr >> 16 for name in names}
        settings = json.loads(archive.read("autograder.json"))
    assert {"setup.sh", "run_autograder", "requirements.txt", "etude/judge/host.py"} <= set(names)
    assert all(stat.S_IMODE(modes[name]) == 0o755 for name in ("setup.sh", "run_autograder"))
    assert not [name for name in names if "affine" in name or "__pycache__" in name or name.startswith(("/", ".."))]
    assert settings["maximum"] == {"double": 5, "mean": 4}
    assert stat.S_IMODE(autograder.stat().st_mode) == 0o600  # it holds graders and the seed


def test_each_zip_has_a_seed_of_its_own(tmp_path: Path) -> None:
    seeds = set()
    for number in range(2):
        with zipfile.ZipFile(make(tmp_path / f"{number}.zip", "double")) as archive:
            seeds.add(json.loads(archive.read("autograder.json"))["seed"])
    assert len(seeds) == 2


def test_the_same_seed_makes_the_same_zip(tmp_path: Path) -> None:
    one, other = (make(tmp_path / name, "double", "--seed", 1) for name in ("a.zip", "b.zip"))
    assert one.read_bytes() == other.read_bytes()


def test_requirements_are_those_of_the_exercises() -> None:
    assert any(line.startswith("numpy") for line in requirements([]))
    assert not any(line.startswith(("torch", "nbgrader")) for line in requirements([]))
    assert any(line.startswith("torch") for line in requirements(["torch"]))


def test_setup_installs_nothing_where_etude_is_there(container: Container) -> None:
    done = container.run("source/setup.sh")
    assert (done.returncode, done.stdout) == (0, "étude is installed here already\n")


def test_right_answers_earn_all_points(container: Container) -> None:
    found = container.results({"homework/double.py": RIGHT, "mean.py": MEAN})
    assert found["score"] == 9 == sum(test["max_score"] for test in found["tests"])
    assert {test["status"] for test in found["tests"]} == {"passed"}
    assert {test["visibility"] for test in found["tests"]} == {"visible"}


def test_a_wrong_answer_is_told_why(container: Container) -> None:
    found = container.results({"double.py": WRONG, "mean.py": MEAN})
    assert found["score"] == 6
    assert "the values are wrong" in next(test["output"] for test in found["tests"] if test["status"] == "failed")


def test_a_notebook_is_an_answer(container: Container) -> None:
    cell = {"cell_type": "code", "source": RIGHT, "metadata": {}, "outputs": [], "execution_count": None}
    notebook = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    assert container.results({"double.ipynb": notebook})["score"] == 5


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "double: no double.py or double.ipynb was handed in: hand in a file of that name"),
        ({"Double.py": RIGHT}, "double: no double.py or double.ipynb was handed in (only Double.py): hand in"),
        ({"double.py": b"\xff\xfe\0"}, "double.py: is UTF-16, not UTF-8: save it as UTF-8"),
        ({"double.py": ""}, "double.py: is empty: write an answer in it"),
        ({"double.ipynb": "{"}, "double.ipynb: is not a notebook"),
        ({"double.py": RIGHT, "a/double.py": RIGHT}, "double: 2 files of that name were handed in: hand in one"),
        ({"x\n\x1b[2J.py": RIGHT}, "(only x\\n\\x1b[2J.py)"),
    ],
)
def test_what_is_no_answer_earns_nothing_and_is_told_in_a_line(
    container: Container, files: dict[str, str | bytes], said: str
) -> None:
    found = container.results(files)
    assert found["score"] == 0
    line, other = found["output"].splitlines()
    assert said in line
    assert other.startswith("mean: ")
    assert sum(test["max_score"] for test in found["tests"]) == 9


def test_a_link_is_not_followed(container: Container) -> None:
    (container.root / "submission" / "double.py").symlink_to(
        container.root / "source/bank/solutions/q01_basics/double.py"
    )
    found = container.results({})
    assert found["score"] == 0
    assert "double.py: is no file of its own" in found["output"]


def test_an_answer_can_read_neither_graders_nor_seed_nor_write_results(container: Container) -> None:
    source = container.root / "source"
    places = [source / "autograder.json", source / "bank/graders/q01_basics/double/test_double.py"]
    reads = f"def double(x):\n    return [open(path).read() for path in {[str(place) for place in places]!r}]\n"
    found = container.results({"double.py": reads})
    assert found["score"] == 0
    assert "Permission denied" in found["tests"][0]["output"]
    writes = f"open({str(container.root / 'results/results.json')!r}, 'w').write('{{}}')\n{RIGHT}"
    assert container.results({"double.py": writes})["score"] == 0


def test_hostile_text_stays_text(container: Container) -> None:
    found = container.results({"double.py": HOSTILE})
    assert found["score"] == 0
    assert not {"\x00", "\x1b", "\ufffe"} & set("".join(test["output"] for test in found["tests"]))
    assert {found["output_format"], found["test_output_format"], found["test_name_format"]} == {"text"}


def test_without_isolation_nothing_is_run_unless_the_zip_allows_it(container: Container, tmp_path: Path) -> None:
    refused = container.results({"double.py": RIGHT}, ETUDE_ISOLATION="process")
    assert refused["score"] == 0
    assert "double: not graded: this machine cannot confine an answer" in refused["output"]
    allowing = Container(tmp_path / "allowing", make(tmp_path / "a.zip", "double", "--allow-unisolated"))
    graded = allowing.results({"double.py": RIGHT}, ETUDE_ISOLATION="process")
    assert graded["score"] == 5
    assert "Graded without the kernel's isolation" in graded["output"]


def test_in_an_exam_nobody_is_told_why(tmp_path: Path) -> None:
    container = Container(tmp_path / "exam", make(tmp_path / "a.zip", "double", "--feedback", "exam"))
    found = container.results({"double.py": WRONG})
    assert found["score"] == 2
    assert {test["output"] for test in found["tests"]} == {""}


def test_a_fault_of_ours_is_no_crash_and_no_blame(container: Container) -> None:
    (container.root / "source/bank/graders/q01_basics/double/test_double.py").write_text("import nowhere\n")
    found = container.results({"double.py": RIGHT, "mean.py": MEAN})
    assert found["score"] == 4
    assert "a fault of the autograder, not of the answer" in found["output"]
    shutil.rmtree(container.root / "source/etude")
    (container.root / "source/autograder.json").unlink()
    container.run()
    assert json.loads((container.root / "results/results.json").read_bytes())["score"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing", "--out", "a.zip"], "nothing: no exercise of that name"),
        (["double", "--out", "there.zip"], "there.zip: is already there"),
        (["double", "--out", "none/a.zip"], "none/a.zip: cannot be written"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.zip").write_text("")
    result = etude("course", "gradescope", *arguments, "--bank", MINI, "--only-bank")
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.splitlines()) == 1
