"""The command in processes of its own: what it imports, completion, and the real judge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from etude.attempts import Attempts
from etude.cli import main
from tests.process_tree import family, is_running

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "tests" / "fixtures" / "mini_bank"


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=False,
    )


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["list"], ["show", "double"], ["hint", "double"], ["list", "--json"]]
)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import atexit, sys; from etude.cli import main; heavy = {'numpy', 'pytest', 'torch', 'tensorflow', 'sklearn'};"
        f"atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr)); main({arguments!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_help_names_every_command() -> None:
    done = command("--help")
    assert done.returncode == 0
    for name in ("list", "show", "start", "grade", "hint", "solution", "doctor"):
        assert f"\n  {name} " in done.stdout
    assert "..." not in done.stdout.partition("Commands:")[2]  # no summary is cut short


def test_a_terminal_that_knows_no_unicode() -> None:
    for arguments in (["show", "double"], ["solution", "mean", "--give-up"], ["grade", "doublé"]):
        done = command(*arguments, PYTHONIOENCODING="ascii")
        assert "Traceback" not in done.stderr
        assert done.stdout or done.stderr


def completions(words: list[str], incomplete: str) -> list[str]:
    complete = ShellComplete(main, {}, "etude", "_ETUDE_COMPLETE")
    return [item.value for item in complete.get_completions(words, incomplete)]


def test_completion() -> None:
    assert completions(["grade"], "d") == ["double"]
    assert completions(["show"], "") == ["double", "mean"]
    assert completions([], "so") == ["solution"]
    assert completions(["show", "--bank", "nowhere"], "") == []


def test_completion_in_bash() -> None:
    done = command(_CLI_PY_COMPLETE="bash_complete", COMP_WORDS="cli.py grade me", COMP_CWORD="2")
    assert done.stdout == "plain,mean\n"


# --- the real judge


@pytest.fixture
def with_graders(monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    return MINI / "graders" / "q01_basics" / "double"


def test_grading_for_real(with_graders: Path) -> None:
    right, wrong = with_graders / "right" / "addition.py", with_graders / "wrong" / "in_place.py"
    done = command("grade", "double", str(right), str(wrong), "--json")
    assert (done.returncode, done.stderr) == (1, "")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["status"] for report in reports] == ["passed", "failed"]
    assert Attempts.open().best() == {"double": 1.0}
    again = json.loads(command("grade", "double", str(right), "--json", "--seed", str(reports[0]["seed"])).stdout)
    assert again["seed"] == reports[0]["seed"]


def test_nothing_is_left_in_the_folder_and_full_marks_need_the_speed_checks(tmp_path: Path, with_graders: Path) -> None:
    Path("affine.py").write_text((MINI / "solutions" / "q01_basics" / "affine.py").read_text())
    before = sorted(Path().iterdir())
    done = command("grade", "affine", "--no-speed")
    assert done.returncode == 0
    assert sorted(Path().iterdir()) == before
    assert 0 < Attempts.open().best()["affine"] < 1
    assert command("grade", "affine").returncode == 0
    assert Attempts.open().best() == {"affine": 1.0}


def test_ctrl_c_for_real(with_graders: Path) -> None:
    Path("loop.py").write_text("def double(x):\n    while True: pass\n")
    first = with_graders / "right" / "addition.py"
    arguments = [sys.executable, str(ROOT / "cli.py"), "grade", "double", str(first), "loop.py", "--json"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["status"] == "passed"
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == ""
    assert Attempts.open().best() == {"double": 1.0}


def test_killed_outright_in_the_middle_of_a_call_it_leaves_nothing(with_graders: Path, tmp_path: Path) -> None:
    Path("loop.py").write_text("def double(x):\n    while True: pass\n")
    first = with_graders / "right" / "addition.py"
    arguments = [sys.executable, str(ROOT / "cli.py"), "grade", "double", str(first), "loop.py", "--json"]
    places = tmp_path / "places"
    places.mkdir()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(places)}) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first is graded, and the second runs
        pids = family(process.pid)[1:]
        assert len(pids) >= 2
        process.kill()
    end = time.monotonic() + 8  # the call's own limit is 10
    while (alive := [pid for pid in pids if is_running(pid)]) or [*places.glob("etude-host-*")]:
        assert time.monotonic() < end, (alive, [*places.iterdir()])
        time.sleep(0.05)
