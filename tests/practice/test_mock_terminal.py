"""An interview on a real pseudo-terminal, with the real judge."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte
import pytest

from etude.attempts import Attempts
from etude.events import EventKind, Events

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"
RIGHT = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x\n"
PATIENCE = 40.0  # seconds that a slow machine may need


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


class Terminal:
    """`etude mock` in a terminal of 80 columns; `text` is everything that was ever shown, line by line."""

    def __init__(self, *arguments: str) -> None:
        self.child: pexpect.spawn[str] = pexpect.spawn(
            sys.executable, [str(ROOT / "cli.py"), "mock", *arguments], dimensions=(24, 80), encoding="utf-8"
        )
        self.echoed = False  # whether the terminal shows what is typed, once it has ended
        self._screen = pyte.HistoryScreen(80, 24, history=5000)
        self._stream = pyte.Stream(self._screen)
        self.rung = 0  # how often the terminal's bell was

    @property
    def text(self) -> str:
        above = ["".join(line[x].data for x in range(80)) for line in self._screen.history.top]
        return "\n".join(line.rstrip() for line in [*above, *self._screen.display])

    def sees(self, *words: str) -> None:
        """Waits until all of them have been shown."""
        self.until(lambda: all(word in self.text for word in words), f"{words} to be shown")

    def until(self, true: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < give_up, f"waited for {what}:\n{self.text}"
            self._read()

    def press(self, keys: str) -> None:
        self.child.send(keys)

    def ends(self) -> int:
        """The exit status, negative where a signal ended it."""
        give_up = time.monotonic() + PATIENCE
        while self._read():
            assert time.monotonic() < give_up, f"it does not end:\n{self.text}"
        self.echoed = self.child.getecho()
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus)

    def _read(self) -> bool:
        try:
            shown = self.child.read_nonblocking(4096, 0.05)
            self.rung += shown.count("\a")
            self._stream.feed(shown)
        except pexpect.TIMEOUT:
            pass
        except (pexpect.EOF, OSError):
            return False
        return True


Mock = Callable[..., Terminal]


@pytest.fixture
def mock() -> Iterator[Mock]:
    """mock("--seed", "3"): the command, ended with the test."""
    terminals: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        terminals.append(Terminal(*arguments))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.child.close(force=True)


def etude(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
        check=False,
    )


def state() -> dict[str, Any]:
    path = Path(os.environ["ETUDE_DATA"], "mock.json")
    return json.loads(path.read_text()) if path.exists() else {}


def answer(source: str) -> None:
    (folder,) = Path().glob("mock-*")
    (folder / "double.py").write_text(source)


def test_from_the_first_prompt_to_the_report(mock: Mock) -> None:
    first = mock("--seed", "3", "--minutes", "30")
    first.sees("Question 1 of 2", "every element", "left  question 1 of 2", "q leave (stops the clock)")
    assert len(list(Path().glob("mock-*/*.py"))) == 2
    answer(WRONG)
    first.sees("float32 stays float32.", "2 of 5 points")
    for withheld in ("wanted", "returned", "help"):
        assert withheld not in first.text
    first.press("n")
    first.sees("Question 2 of 2")
    first.press("q")
    assert first.ends() == 0
    first.sees("the clock is stopped", "`etude mock` goes on with it")
    assert first.echoed  # the terminal is left as it was found
    used = state()["used"]
    assert used > 0

    again = mock()
    again.sees("An interview is open", "Go on with it?")
    again.press("\r")
    again.sees("Question 2 of 2", "double 2/5")
    assert state()["used"] < used + PATIENCE
    again.press("f")
    again.sees("f again to finish")
    again.press("f")
    assert again.ends() == 0
    again.sees("Finished before the bell.", "wanted", "etude solution double", "Not begun")
    assert state() == {}
    (event,) = Events.open().of(EventKind.MOCK)
    assert [question["exercise"] for question in event.body["questions"]].count("double") == 1
    assert event.body["ending"] == "early"
    scores = Attempts.open().scores()
    assert [(score.exercise, score.score) for score in scores] == [("double", 2)]  # and none of the untouched stub

    shown = etude("mock", "--report", COLUMNS="80")
    assert shown.returncode == 0
    assert "Finished before the bell." in shown.stdout
    assert "etude solution double" in shown.stdout


def test_at_the_bell_the_file_as_it_stands_counts(mock: Mock) -> None:
    first = mock("--level", "warm-up", "--minutes", "10")
    first.sees("Question 1 of 1")
    first.press("q")
    assert first.ends() == 0
    (path,) = Path().glob("mock-*/*.py")
    path.write_text((MINI / "solutions" / "q01_basics" / path.name).read_text())
    almost_over = {**state(), "used": state()["allowed"] - 0.5}
    Path(os.environ["ETUDE_DATA"], "mock.json").write_text(json.dumps(almost_over))
    again = mock()
    again.sees("with 0:01 left")
    again.press("\r")
    assert again.ends() == 0
    again.sees("The bell has rung.", "Nothing was missed: full marks.")
    assert (first.rung, again.rung) == (0, 1)
    (event,) = Events.open().of(EventKind.MOCK)
    assert event.body["used"] == event.body["allowed"] == 600
    assert event.body["ending"] == "bell"
    assert len(Attempts.open().scores(path.stem)) == 1


def test_after_a_kill_it_goes_on_where_it_was(mock: Mock) -> None:
    first = mock("--seed", "3", "--minutes", "30")
    first.sees("Question 1 of 2")
    answer(RIGHT)
    first.sees("full marks")
    first.until(lambda: any(question["report"] for question in state()["questions"]), "the state to be kept")
    first.until(lambda: state()["used"] > 1, "the time to be kept")
    first.child.kill(signal.SIGKILL)
    assert first.ends() == -signal.SIGKILL
    used = state()["used"]
    again = mock()
    again.sees("Go on with it?")
    again.press("y\r")
    again.sees("double 5/5")
    again.press("q")
    assert again.ends() == 0
    assert state()["used"] >= used
    assert len(Attempts.open().scores("double")) == 1


def test_a_folder_that_was_deleted_is_written_again(mock: Mock) -> None:
    first = mock("--seed", "3", "--minutes", "30")
    first.sees("Question 1 of 2")
    first.press("q")
    assert first.ends() == 0
    shutil.rmtree(state()["folder"])
    again = mock()
    again.sees("Go on with it?")
    again.press("y\r")
    again.sees("was gone: written again", "Question 1 of 2")
    again.press("q")
    assert again.ends() == 0
    assert {path.name for path in Path(state()["folder"]).iterdir()} == {"double.py", "mean.py"}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_it_in_order(mock: Mock, number: int, status: int) -> None:
    terminal = mock()
    terminal.sees("Question 1 of")
    answer("def double(x):\n    while True: pass\n")
    terminal.sees("grading double")
    if number == signal.SIGINT:
        terminal.press("\x03")
    else:
        terminal.child.kill(number)
    assert terminal.ends() == status
    terminal.sees("the clock is stopped")
    assert "Traceback" not in terminal.text
    assert state()["ending"] is None


def test_ctrl_z_and_back(mock: Mock) -> None:
    terminal = mock("--seed", "3")
    terminal.sees("Question 1 of")
    terminal.press("\x1a")  # no shell has it as a job: the system goes on with it at once
    terminal.press("n")
    terminal.sees("Question 2 of")
    terminal.press("q")
    assert terminal.ends() == 0


def test_while_it_is_open(mock: Mock) -> None:
    terminal = mock("--seed", "3")
    terminal.sees("Question 1 of")
    other = mock()
    assert other.ends() == 2
    other.sees("an interview is open in another terminal")
    refused = etude("mock", "--abandon")
    assert refused.returncode == 2
    terminal.press("q")
    assert terminal.ends() == 0

    for arguments in (["hint", "double"], ["solution", "double"], ["solution", "double", "--give-up"]):
        refused = etude(*arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.startswith("etude: double: is a question of the interview that is open")
    Path("double.py").write_text(WRONG)
    for arguments in (["grade", "double"], ["grade", "double", "--json"]):
        graded = etude(*arguments)
        assert graded.returncode == 1
        assert "wanted" not in graded.stdout.replace('"wanted": null', "")

    declined = mock("--minutes", "60", "--seed", "4")
    declined.sees("--minutes and --seed are ignored while an interview is open.", "Go on with it?")
    assert declined.text.startswith("--minutes and --seed")
    assert "\n`etude mock --abandon` ends it without a report.\n" in declined.text
    declined.press("n\r")
    assert declined.ends() == 0
    declined.sees("`etude mock --abandon`")
    assert etude("mock", "--abandon").stdout == (
        "The interview is ended, without a report. Its files stay where they are.\n"
    )
    assert etude("mock", "--abandon").stdout == "No interview is open.\n"
    assert etude("hint", "double").returncode == 0
    another = mock("--seed", "3")
    another.sees("Question 1 of")
    assert sorted(path.name[len("mock-2026-03-01") :] for path in Path().glob("mock-*")) == ["", "-2"]
    another.press("q")
    another.ends()
    assert Events.open().of(EventKind.MOCK) == []


def test_without_a_terminal_and_with_nothing_to_draw() -> None:
    refused = etude("mock")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("etude: mock: needs a terminal")
    refused = etude("mock", "--report")
    assert refused.returncode == 2
    assert "no interview has been finished yet" in refused.stderr
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--minutes", "5"], "no question is that short"),
        (["--chapters", "9"], "no such chapter"),
        (["--level", "stretch"], "no exercise is left by these options"),
        (["--folder", "full"], "full: is not empty"),
    ],
)
def test_what_cannot_be_begun_is_said_in_a_line(mock: Mock, arguments: list[str], line: str) -> None:
    Path("full").mkdir()
    Path("full", "notes.txt").touch()
    terminal = mock(*arguments)
    assert terminal.ends() == 2
    terminal.sees(line)
    assert state() == {}
    assert [path.name for path in Path().iterdir()] == ["full"]
