"""Launchers: what judges preload is imported once for all of them, and nothing of it outlives them."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import tempfile
import textwrap
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.errors import JudgeError
from etude.exercise import Exercise
from etude.judge.client import Host, Judge
from etude.judge.job import GradeOptions
from etude.judge.launchers import START, Launchers
from etude.submission import Submission
from tests.process_tree import is_running, parent

HONEST = Submission("answer.py", "def double(x):\n    return x + x\n")
UNTIMED = GradeOptions(speed=False)
PATIENCE = 60.0  # seconds


@pytest.fixture
def double(mini_bank: Catalog) -> Exercise:
    return mini_bank.get("double")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where launchers have their homes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def launcher_of(host: Host) -> int:
    return parent(host.pid)


def test_judges_that_share_launchers_import_once(double: Exercise) -> None:
    shared = Launchers()
    with Judge(launchers=shared) as one, Judge(launchers=shared) as other, Judge() as apart:
        pids = [launcher_of(judge.host(double)) for judge in (one, other, apart)]
        assert pids[0] == pids[1] != pids[2]
        assert one.host(double).pid != other.host(double).pid


def test_other_modules_are_imported_by_another_launcher(double: Exercise) -> None:
    with Judge() as judge:
        found = {launcher_of(judge.host(each)) for each in (double, dataclasses.replace(double, preload=("json",)))}
    assert len(found) == 2


def test_a_host_that_died_is_replaced_without_a_new_import(double: Exercise) -> None:
    with Judge() as judge:
        first = judge.host(double)
        launcher = launcher_of(first)
        first.kill()
        with pytest.raises(JudgeError, match="the host ended"):
            judge.grade(double, HONEST, UNTIMED)
        assert judge.grade(double, HONEST, UNTIMED).full_marks
        assert judge.host(double).pid != first.pid
        assert launcher_of(judge.host(double)) == launcher


def test_hosts_end_with_their_launcher_and_the_next_grading_has_another(double: Exercise) -> None:
    with Judge() as judge:
        host = judge.host(double)
        launcher, end = launcher_of(host), os.pidfd_open(host.pid)
        os.kill(launcher, signal.SIGKILL)
        with pytest.raises(JudgeError, match="ended"):
            judge.grade(double, HONEST, UNTIMED)
        assert select.select([end], [], [], PATIENCE)[0], "the host still runs"
        os.close(end)
        assert judge.grade(double, HONEST, UNTIMED).full_marks
        assert launcher_of(judge.host(double)) != launcher


def test_a_launcher_lives_as_long_as_a_judge_that_uses_it(double: Exercise, place: Path) -> None:
    shared = Launchers()
    with Judge(launchers=shared) as one:
        with Judge(launchers=shared) as other:
            launcher = launcher_of(other.host(double))
            one.host(double)
        assert is_running(launcher)
        assert one.grade(double, HONEST, UNTIMED).full_marks
    assert not is_running(launcher)
    assert not list(place.glob("etude-host-*"))


def test_one_that_was_started_ahead_serves_the_first_who_asks(double: Exercise, place: Path) -> None:
    with Launchers() as shared:
        (home,) = place.glob("etude-host-*")
        with Judge(launchers=shared) as judge:
            assert judge.grade(double, HONEST, UNTIMED).full_marks
            assert list(place.glob("etude-host-*")) == [home]
    assert not list(place.glob("etude-host-*"))


def test_what_one_imports_ahead_is_there_for_those_who_preload_it(double: Exercise, place: Path) -> None:
    shared = Launchers()
    shared.start_ahead(("json",))
    (home,) = place.glob("etude-host-*")
    with Judge(launchers=shared) as judge:
        launchers = [launcher_of(judge.host(dataclasses.replace(double, preload=(name,)))) for name in ("wave", "json")]
        homes = [Path(_environ(pid)["ETUDE_HOST_HOME"]) for pid in launchers]
    assert homes[0] != home, "an answer finds no modules that its exercise does not preload"
    assert homes[1] == home
    assert not list(place.glob("etude-host-*"))


def test_what_cannot_be_imported_ahead_is_told_to_those_who_preload_it(double: Exercise) -> None:
    shared = Launchers()
    shared.start_ahead(("nowhere_to_be_found",))
    with Judge(launchers=shared) as judge, pytest.raises(JudgeError, match="cannot preload nowhere_to_be_found"):
        judge.host(dataclasses.replace(double, preload=("nowhere_to_be_found",)))


def _environ(pid: int) -> dict[str, str]:
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return {name: value for name, _, value in (each.partition("=") for each in variables)}


def test_one_that_nobody_asked_leaves_nothing(place: Path) -> None:
    with Launchers():
        assert list(place.glob("etude-host-*"))
    assert not list(place.glob("etude-host-*"))


def test_each_host_has_a_home_of_its_own(double: Exercise, place: Path) -> None:
    shared = Launchers()
    with Judge(launchers=shared) as one, Judge(launchers=shared) as other:
        one.host(double)
        other.host(double)
        assert len(list(place.glob("etude-host-*/host-*"))) == 2


def test_a_module_that_is_not_there_is_named(double: Exercise) -> None:
    with Judge() as judge, pytest.raises(JudgeError, match="cannot preload nowhere_to_be_found"):
        judge.host(dataclasses.replace(double, preload=("nowhere_to_be_found",)))


def test_a_launcher_that_dies_says_its_last_words(
    double: Exercise, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatal = textwrap.dedent("""
        import os, sys
        print("no memory left", file=sys.stderr, flush=True)
        os._exit(3)
    """)
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
    (tmp_path / "fatal_module.py").write_text(fatal)
    monkeypatch.setattr("etude.judge.launchers.START", start + START)
    with Judge() as judge, pytest.raises(JudgeError, match=r"ended \(3\): no memory left"):
        judge.host(dataclasses.replace(double, preload=("fatal_module",)))
