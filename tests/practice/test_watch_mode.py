"""Watch mode in a real terminal: files, keys and screens."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from etude.catalog import Catalog
from etude.cli import main
from etude.events import EventKind
from etude.practice.stub_notebook import stub_notebook
from tests.practice.watch_terminal import (
    MINI,
    PARTLY,
    RIGHT,
    WRONG,
    Watch,
    attempts,
    kinds,
)

# --- writing, breaking, mending


def test_a_stub_is_written_and_the_prompt_shown(watch: Callable[..., Watch], tmp_path: Path) -> None:
    watching = watch("double")
    watching.until("Write double(x)", "q quit")
    assert (tmp_path / "double.py").read_text() == (MINI / "exercises/q01_basics/double/stub.py").read_text()
    assert kinds(watching) == [EventKind.START]
    assert watching.quit() == 0
    assert attempts(watching).scores() == []  # a stub is no attempt


def test_every_save_is_graded_and_the_newest_difference_is_marked(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points", "the values are wrong", "A Python number does not widen an array.")
    watching.write(PARTLY)
    shown = watching.until("4 of 5 points", "+2 points: 2 checks now pass, “The argument stays as it is.” now fails")
    assert re.search("✓ Every element is doubled. +now passes +2/2", shown)
    assert re.search("✗ The argument stays as it is. +now fails +0/1", shown)
    watching.write(RIGHT)
    shown = watching.until("full marks", "+1 point: “The argument stays as it is.” now passes")
    assert not re.search("Every element is doubled. +now", shown)
    watching.quit()
    assert [score.score for score in attempts(watching).scores()] == [2, 4, 5]


def test_a_syntax_error_is_a_verdict_and_its_mending_is_compared_with_what_was_before(
    watch: Callable[..., Watch],
) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    watching.write("def double(x:\n")
    watching.until("could not be loaded", "syntax error in line 1")
    watching.write(RIGHT)
    watching.until("full marks", "+3 points: 2 checks now pass")


def test_the_same_source_twice_is_kept_once(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    watching.press("r")
    watching.until("no check has changed")
    watching.quit()
    again = watch("double")
    again.until("2 of 5 points")
    again.quit()
    assert len(attempts(again).scores()) == 1


def test_speed_is_checked_once_the_rest_passes_and_the_attempt_is_kept_once(watch: Callable[..., Watch]) -> None:
    watching = watch("affine")
    watching.until("Write affine(x)")
    watching.write((MINI / "solutions/q01_basics/affine.py").read_text(), "affine.py")
    watching.until("full marks", "times the reference's time")
    watching.quit()
    assert [score.full_marks for score in attempts(watching).scores()] == [True]


# --- files that are not as they should be


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "there is no such file"),
        (lambda path: path.write_text(""), "is empty"),
        (lambda path: path.write_bytes(b"# caf\xe9\n"), "is not UTF-8"),
        (lambda path: (path.unlink(), path.mkdir()), "is a directory"),
        (lambda path: (path.unlink(), os.mkfifo(path)), "is not a file"),
        (lambda path: (path.unlink(), path.symlink_to("nowhere")), "there is no such file"),
    ],
    ids=["deleted", "empty", "latin-1", "a directory", "a pipe", "a link to nothing"],
)
def test_a_file_that_cannot_be_graded_is_a_line_and_never_an_end(
    watch: Callable[..., Watch], tmp_path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    path = tmp_path / "double.py"
    path.write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    spoil(path)
    watching.until(told)
    path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
    watching.write(RIGHT)
    watching.until("full marks")


def test_an_editor_that_replaces_the_file(watch: Callable[..., Watch], tmp_path: Path) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    for source, told in ((WRONG, "2 of 5 points"), (RIGHT, "full marks")):
        watching.write(source, ".double.py.swp")
        (tmp_path / ".double.py.swp").replace(tmp_path / "double.py")
        watching.until(told)


def test_a_folder_that_goes_and_comes_back(watch: Callable[..., Watch], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "double.py").write_text(WRONG)
    watching = watch("work")
    watching.until("2 of 5 points")
    folder.rename(tmp_path / "elsewhere")
    watching.until("there is no such file")
    folder.mkdir()
    (folder / "double.py").write_text(RIGHT)
    watching.until("full marks")


# --- keys


def test_hints_one_at_a_time(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.press("h")
    assert "hint 2" not in watching.until("hint 1 of 3: What is x + x?")
    watching.press("h")
    watching.until("hint 1 of 3", "hint 2 of 3: NumPy does it for each element.")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    watching.quit()
    assert kinds(watching) == [EventKind.START, EventKind.HINT, EventKind.HINT]
    assert [score.hints for score in attempts(watching).scores()] == [2]


def test_next_previous_and_the_list(watch: Callable[..., Watch], tmp_path: Path) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.press("n")
    watching.until("Write mean(x)")
    assert (tmp_path / "mean.py").exists()
    watching.press("n")
    watching.until("this is the last exercise")
    watching.press("p")
    watching.until("Write double(x)")
    watching.press("l")
    watching.until("›  double", "The middle of it all")
    watching.press("\x1b[A")
    watching.until("›  affine")
    watching.press("\r")
    watching.until("Write affine(x)")
    watching.write("def affine(x):\n    return x\n", "affine.py")
    watching.until("affine.py", "points")


def test_the_solution_after_an_attempt_asks_first_and_is_noted_once(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.press("s")
    watching.until("the solution comes after an attempt")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    watching.press("s")
    watching.until("press s again")
    assert EventKind.SOLUTION not in kinds(watching)
    watching.press("s")
    watching.until("multiplication broadcasts")
    watching.press("\x1b")
    watching.until("2 of 5 points")
    watching.press("s")
    watching.until("multiplication broadcasts")
    watching.quit()
    assert kinds(watching) == [EventKind.START, EventKind.SOLUTION, EventKind.REVIEW]


def test_the_prompt_comes_and_goes(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    for key in "w?":
        watching.press(key)
        watching.until("Write double(x)")
        watching.press(key)
        watching.until("2 of 5 points")


# --- where to begin


def test_a_notebook_in_place_of_a_file(watch: Callable[..., Watch], tmp_path: Path, mini_bank: Catalog) -> None:
    notebook = tmp_path / "double.ipynb"
    notebook.write_text(stub_notebook(mini_bank.get("double")))
    watching = watch("double")
    watching.until("double.ipynb", "Write double(x)")
    assert not (tmp_path / "double.py").exists()
    notebook.write_text(notebook.read_text().replace("raise NotImplementedError", "return 2 * x"))
    watching.until("full marks")
    watching.quit()
    assert [score.full_marks for score in attempts(watching).scores()] == [True]


def test_a_folder_begins_with_the_newest_file_and_goes_where_the_learner_saves(
    watch: Callable[..., Watch], tmp_path: Path
) -> None:
    for age, name in enumerate(("double.py", "mean.py", "unknown.py")):
        (tmp_path / name).write_text(WRONG)
        os.utime(tmp_path / name, (1_000_000 - age, 1_000_000 - age))
    watching = watch()
    watching.until("2 of 5 points", "double.py")
    watching.write("def mean(x):\n    return 0.0\n", "mean.py")
    watching.until("mean.py", "points", without="double.py")
    watching.press("n")
    watching.until("this is the last exercise in this folder")
    watching.press("l")
    watching.until("›  mean", "double", without="affine")
    watching.write(WRONG.replace("double", "affine"), "affine.py")
    watching.until("affine.py", "points")
    watching.press("l")
    watching.until("›  affine", "double", "mean")


def test_a_folder_without_answers(tmp_path: Path, watch: Callable[..., Watch]) -> None:
    watching = watch()
    assert watching.ended() == 2
    assert "`etude watch EX` begins one here" in " ".join(watching.text.split())


def test_a_folder_that_is_not_there(watch: Callable[..., Watch], tmp_path: Path) -> None:
    watching = watch("nodir/")
    assert watching.ended() == 2
    assert "nodir/: there is no such folder" in watching.text
    (tmp_path / "file").touch()
    watching = watch("./file")
    assert watching.ended() == 2
    assert "./file: is not a folder" in watching.text


def test_no_terminal() -> None:
    result = CliRunner().invoke(main, ["watch", "double"])
    assert result.exit_code == 2
    assert result.stderr == "etude: watch: needs a terminal: `etude grade EX` grades once, anywhere\n"


# --- the screen


def test_a_small_terminal_shows_what_matters_and_a_larger_one_the_rest(
    watch: Callable[..., Watch], tmp_path: Path
) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double", lines=20)
    shown = watching.until("2 of 5 points", "more lines")
    for part in ("✗ float32 stays float32.", "A Python number does not widen", "– Every element", "✓ 2 checks passed"):
        assert part in shown
    watching.process.setwinsize(40, 80)
    watching.screen.resize(40, 80)
    watching.until("✓ The argument stays as it is.", "✓ NumPy only.", without="more lines")


def test_a_terminal_without_unicode_or_colour(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double", PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert watching.until("x float32 stays float32.", "2 of 5 points").isascii()
    assert {cell.fg for line in watching.screen.buffer.values() for cell in line.values()} == {"default"}
