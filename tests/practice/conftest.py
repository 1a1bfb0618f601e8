"""A data folder of each test's own; watch mode in a terminal; an interview of two questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from etude.metadata import read_text
from etude.practice.mock import Interview, Question
from tests.practice.interviews import EXERCISES, MINI
from tests.practice.watch_terminal import Watch


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    started: list[Watch] = []

    def start(*arguments: str, **options: object) -> Watch:
        started.append(Watch(tmp_path, *arguments, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        with suppress(OSError):  # closed already
            each.process.close(force=True)


@pytest.fixture
def interview(tmp_path: Path) -> Interview:
    """Ten minutes for two questions; their stubs are written."""
    folder = tmp_path / "mock"
    folder.mkdir()
    for name in ("double", "mean"):
        (folder / f"{name}.py").write_text(read_text(EXERCISES[name].stub_path))
    questions = tuple(Question.of(EXERCISES[name]) for name in ("double", "mean"))
    return Interview("f" * 32, "2026-03-01T12:00:00+00:00", 7, 600.0, str(folder), (str(MINI),), questions)
