"""Watch mode in a real terminal, and its state without one."""

from __future__ import annotations

import os
import re
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pyte
import pytest
from click.testing import CliRunner

from etude.attempts import Attempts
from etude.catalog import Catalog
from etude.cli import main
from etude.cli.terminal import key_names
from etude.events import EventKind, Events
from etude.practice.stub_notebook import stub_notebook
from etude.practice.watch.difference import Difference
from etude.practice.watch.messages import Graded, Key, Message, Saved, Sheet
from etude.practice.watch.state import Phase, WatchState
from etude.practice.watch.step import step
from etude.report import Category, CheckResult, Isolation, Report, Status
from etude.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"
DEADLINE = 30.0  # seconds, on a machine that has much else to do
RIGHT, WRONG = "def double(x):\n    return 2 * x\n", "def double(x):\n    return x\n"
PARTLY = "def double(x):\n    x *= 2\n    return x\n"  # all but the argument that stays as it is


class Watch:
    """`etude watch …` in a pseudo-terminal, and the screen that a person would see."""

    def __init__(self, folder: Path, *arguments: str, lines: int = 40, **environment: str) -> None:
        self.folder, self.data = folder, folder / "data"
        own = {"ETUDE_DATA": str(self.data), "ETUDE_BANK": str(MINI), "ETUDE_ONLY_BANK": "1", "TERM": "xterm-256color"}
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.screen = pyte.Screen(80, lines)
        self._stream = pyte.Stream(self.screen)
        self.process = pexpect.spawn(
            sys.executable,
            [str(ROOT / "cli.py"), "watch", *arguments],
            cwd=folder,
            env={**kept, **own, **environment},
            dimensions=(lines, 80),
            encoding="utf-8",
            codec_errors="replace",  # Ctrl-C drops what the terminal has not read yet
        )
        self.modes = termios.tcgetattr(self.process.child_fd)
        self.output = ""

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def write(self, source: str, name: str = "double.py") -> None:
        (self.folder / name).write_text(source)

    def press(self, keys: str) -> None:
        self.process.send(keys)

    def until(self, *words: str, without: str = "\0") -> str:
        """Read the screen until it shows all of these and not that."""
        return self.wait(lambda: all(word in self.text for word in words) and without not in self.text)

    def wait(self, holds: Callable[[], bool]) -> str:
        end = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < end, f"this stayed on the screen:\n{self.text}"
            self.read()
        return self.text

    def read(self) -> None:
        try:
            output = self.process.read_nonblocking(1 << 16, 0.05)
            self.output += output
            self._stream.feed(output)
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            time.sleep(0.01)

    def ended(self) -> int:
        """How it ended, all of its output read: the exit status, or minus the signal."""
        end = time.monotonic() + DEADLINE
        while self.process.isalive():
            assert time.monotonic() < end, f"it did not end:\n{self.text}"
            self.read()
        self.read()
        return -self.process.signalstatus if self.process.signalstatus else self.process.exitstatus

    def quit(self) -> int:
        self.press("q")
        return self.ended()


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int]) -> bool:
    end = time.monotonic() + DEADLINE
    while any(map(is_running, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_running, pids))


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


def attempts(watching: Watch) -> Attempts:
    return Attempts.open(watching.data / "attempts.db")


def kinds(watching: Watch) -> list[EventKind]:
    return [event.kind for event in Events.open(watching.data / "attempts.db").of()]


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


def test_a_folder_without_answers(tmp_path: Path, watch: Callable[..., Watch]) -> None:
    watching = watch()
    assert watching.ended() == 2
    assert "`etude watch EX` begins one here" in " ".join(watching.text.split())


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


# --- ends


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda watching: watching.press("q"), 0),
        (lambda watching: watching.press("\x03"), 130),
        (lambda watching: watching.process.kill(signal.SIGTERM), 143),
        (lambda watching: watching.process.kill(signal.SIGHUP), 129),
    ],
    ids=["q", "Ctrl-C", "SIGTERM", "SIGHUP"],
)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "grading"])
def test_whatever_ends_it_leaves_no_process_and_the_terminal_as_it_was(
    watch: Callable[..., Watch], end: Callable[[Watch], object], status: int, busy: bool
) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    if busy:
        watching.write("def double(x):\n    while True:\n        pass\n")
        watching.until("grading…")
    processes = family(watching.process.pid)
    assert len(processes) > 1
    end(watching)
    assert watching.ended() == status
    assert gone(processes)
    assert termios.tcgetattr(watching.process.child_fd) == watching.modes
    assert watching.output.endswith("\x1b[?25h\x1b[?1049l")  # cursor and screen are back
    assert attempts(watching).best() == {"double": 0.4}


def test_killed_outright_its_processes_end_with_their_pipe(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write(WRONG)
    watching.until("2 of 5 points")
    assert termios.tcgetattr(watching.process.child_fd) != watching.modes
    processes = family(watching.process.pid)
    watching.process.kill(signal.SIGKILL)
    assert watching.ended() == -signal.SIGKILL
    assert gone(processes)


def test_the_terminal_is_closed(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    processes = family(watching.process.pid)
    os.close(watching.process.child_fd)
    watching.process.wait()
    assert gone(processes)


def test_a_host_that_dies_is_replaced(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points")
    host = family(watching.process.pid)[1]
    os.kill(host, signal.SIGKILL)
    watching.write(RIGHT)
    watching.until("full marks")


def test_a_database_that_cannot_be_written_costs_no_verdict(watch: Callable[..., Watch], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    (tmp_path / "double.py").write_text(WRONG)
    watching = watch("double")
    watching.until("2 of 5 points", "this attempt was not kept")
    watching.press("h")
    watching.until("hint 1 of 3", "this was not noted")
    assert watching.quit() == 0


def test_an_endless_answer_does_not_hold_up_the_next_save(watch: Callable[..., Watch]) -> None:
    watching = watch("double")
    watching.until("Write double(x)")
    watching.write("def double(x):\n    while True:\n        pass\n")
    watching.until("grading…")
    watching.write(RIGHT)
    watching.until("full marks")
    watching.quit()
    assert [score.full_marks for score in attempts(watching).scores()] == [True]


# --- without a terminal


def test_keys_as_a_terminal_sends_them() -> None:
    assert [*key_names("q")] == ["q"]
    assert [*key_names("\x1b[Ah\x1bOB\r")] == ["up", "h", "down", "enter"]
    assert [*key_names("\x1b")] == ["escape"]
    assert [*key_names("\x1b[1;5C")] == []


@pytest.fixture
def double(mini_bank: Catalog) -> WatchState:
    exercise = mini_bank.get("double")
    return WatchState((exercise,), Sheet(exercise, Path("double.py"), "the prompt", "the stub"))


def saved(source: str) -> Saved:
    return Saved("double", Path("double.py"), Submission("double.py", source))


def graded(source: str, *passed: bool, final: bool = True) -> Graded:
    """A verdict on `source`: a check of one point for each of `passed`."""
    checks = tuple(
        CheckResult(f"test_{number}", f"It is {number}.", Category.CORRECTNESS, 1, _status(ok), 0.001)
        for number, ok in enumerate(passed)
    )
    report = Report("double", "double.py", 5, "full", "cpu", Isolation("kernel", 7, True), 0.1, checks)
    return Graded(Submission("double.py", source), report, datetime.now(UTC), final)


def _status(passed: bool) -> Status:
    return Status.PASSED if passed else Status.FAILED


def after(state: WatchState, *messages: Message) -> WatchState:
    for message in messages:
        state, _ = step(state, message)
    return state


def test_the_verdict_on_an_older_save_is_not_shown(double: WatchState) -> None:
    state = after(double, saved("old"), saved("new"), graded("old", True))
    assert (state.report, state.phase) == (None, Phase.GRADING)
    assert after(state, graded("new", False)).phase is Phase.IDLE


def test_a_verdict_is_compared_with_the_last_final_one(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", True, False), saved("b"), graded("b", True, True, final=False))
    assert state.phase is Phase.TIMING
    assert str(state.difference) == "+1 point: “It is 1.” now passes"
    assert str(after(state, graded("b", True, True)).difference) == "+1 point: “It is 1.” now passes"
    state = after(state, saved("c"), graded("c", False, False))
    assert str(state.difference) == "−1 point: “It is 0.” now fails"


def test_what_was_not_asked_for_has_not_changed() -> None:
    before = graded("a", True, True).report
    left_out = replace(before.checks[1], status=Status.SKIPPED, counts=False)
    after = replace(before, checks=(before.checks[0], left_out))
    assert Difference.between(before, after) == Difference()
    assert str(Difference.between(after, before)) == "+1 point: “It is 1.” now passes"


def test_in_an_interview_there_is_no_help(double: WatchState) -> None:
    state = after(double, saved("a"), graded("a", False))
    state = replace(state, sheet=replace(state.sheet, exam=True))
    for key in "hs":
        refused, effects = step(state, Key(key))
        assert (effects, refused.sheet) == ((), state.sheet)
        assert "no help" in refused.notice
