"""What is missing, astray or does not agree is named, with the file and the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.authoring.structure import audit_folders, audit_structure
from etude.exercise import Exercise
from tests.authoring.halve import METADATA, PROMPT, REFERENCE, STUB, read

HOME = "graders/q01_basics/halve"


def problems(bank: Path) -> list[str]:
    exercise = read(bank)
    return [str(fault).removeprefix(f"{bank}/") for fault in (*audit_structure(exercise), *audit_folders(bank))]


def test_nothing_is_wrong_with_a_whole_exercise(halve: Exercise) -> None:
    assert problems(halve.bank) == []


CHANGES = {
    "a file is missing": ("exercises/q01_basics/halve/prompt.md", None, "missing: write it"),
    "a file is astray": (f"{HOME}/notes.txt", "x", "has no place in an exercise"),
    "a folder is astray": ("graders/q01_basics/quarter/test_quarter.py", "x", "belongs to no exercise"),
    "a solution is astray": ("solutions/q01_basics/quarter.py", "x", "belongs to no exercise"),
    "the prompt has no title": ("exercises/q01_basics/halve/prompt.md", PROMPT[2:], "has no title"),
    "an entry point is not named": (
        "exercises/q01_basics/halve/prompt.md",
        PROMPT.replace("halve(", "h("),
        "does not name halve",
    ),
    "an error is not named": (
        "exercises/q01_basics/halve/prompt.md",
        PROMPT.replace("ValueError", "An error"),
        "does not name ValueError",
    ),
    "a ban is not named": (
        "exercises/q01_basics/halve/prompt.md",
        PROMPT.replace("SciPy", "x"),
        "does not say that scipy is banned",
    ),
    "too few hints": (
        "exercises/q01_basics/halve/exercise.toml",
        METADATA.replace('"Divide.", ', ""),
        "2 hints: write 3 at least",
    ),
    "too few wrong answers": (f"{HOME}/wrong/floors.py", None, "4 wrong answers: write 5 at least"),
    "too few right answers": (f"{HOME}/right/by_the_inverse.py", None, "1 right answers: write 2 at least"),
    "a wrong answer does not say why": (f"{HOME}/wrong/floors.py", '"""x"""', "its docstring lacks Misconception"),
    "a wrong answer is no Python": (f"{HOME}/wrong/floors.py", "def", "invalid syntax"),
    "the solution explains nothing": (
        "solutions/q01_basics/halve.py",
        REFERENCE.replace("Pitfalls", "Notes"),
        "its docstring lacks Pitfalls",
    ),
    "stub and reference disagree": (
        "exercises/q01_basics/halve/stub.py",
        STUB.replace("parts=2", "parts=3"),
        "halve(x, parts=3), but the reference has halve(x, parts=2)",
    ),
    "the stub defines something else": (
        "exercises/q01_basics/halve/stub.py",
        "def half(x): ...",
        "does not define halve",
    ),
    "equivalent.toml is not TOML": (f"{HOME}/equivalent.toml", "x", "is not TOML"),
    "an entry has no reason": (f"{HOME}/equivalent.toml", "[[equivalent]]\nbefore = 'a'\n", "give it before, after"),
    "a table is unknown": (f"{HOME}/equivalent.toml", "[[same]]\n", "unknown table 'same'"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_is_named(halve: Exercise, change: str) -> None:
    place, text, wanted = CHANGES[change]
    path = halve.bank / place
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    found = problems(halve.bank)
    assert [problem for problem in found if problem.startswith(place.rpartition("/")[0]) and wanted in problem], found


def test_everything_that_is_wrong_is_told_at_once(halve: Exercise) -> None:
    halve.prompt_path.unlink()
    (halve.grader_folder / "right" / "by_the_inverse.py").unlink()
    (halve.grader_folder / "notes.txt").write_text("x")
    assert len(problems(halve.bank)) == 3
