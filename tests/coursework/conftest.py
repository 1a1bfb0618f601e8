"""Commands are found by their names, as in an activated environment; and a course of nbgrader's to begin from."""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coursework.class_support import MINI


@pytest.fixture(scope="session", autouse=True)
def activated() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
        yield


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with the assignment ps1 released."""
    from tests.coursework.nbgrader_support import api, etude

    place = tmp_path_factory.mktemp("released") / "course"
    banks = ["--bank", str(MINI), "--only-bank"]
    assert etude("new", str(place), "double", "mean", "--assignment", "ps1", *banks).exit_code == 0
    assert api(place).generate_assignment("ps1")["success"]
    return place


@pytest.fixture
def course(released: Path, bank: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it: nothing in a course knows where it lies."""
    place = tmp_path / "course"
    shutil.copytree(released, place)
    monkeypatch.chdir(place)
    return place
