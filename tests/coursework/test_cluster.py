"""`etude batch --cluster`: a real scheduler and workers in processes of their own give what this machine gives."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from etude.batch.store import Store
from etude.cli import main
from tests.coursework.cluster_support import Cluster

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"
RIGHT = "import time\ntime.sleep(0.2)\ndef double(x):\n    return 2 * x\n"
WRONG = "def double(x):\n    return x\n"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    found = Cluster(tmp_path)
    found.schedule()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "5s")
    monkeypatch.chdir(tmp_path)


def hand_in(students: int, preamble: str = "") -> None:
    for number in range(students):
        path = Path("class", f"s{number:02}", "double.py")
        path.parent.mkdir(parents=True)
        path.write_text(preamble + (WRONG if number % 3 == 0 else RIGHT))


def batch(out: str, *arguments: str) -> Result:
    given = ["batch", "class", "--out", out, "--no-speed", "--seed", "7", *arguments]
    return CliRunner().invoke(main, given, catch_exceptions=False)


def finished() -> int:
    return len(list(Path("there").glob("results/*/*.json")))


@contextmanager
def meanwhile(action: Callable[[], None]) -> Iterator[None]:
    """Once three answers are graded."""

    def wait() -> None:
        while finished() < 3 and not over.wait(0.01):
            pass
        action()

    over = threading.Event()
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join(60)
    assert not thread.is_alive()


def test_a_worker_killed_in_the_middle_costs_no_answer(cluster: Cluster) -> None:
    hand_in(12)
    assert batch("here").exit_code == 0
    for name in ("one", "two", "three"):
        cluster.work(name)
    with meanwhile(lambda: cluster.kill("two")):
        result = batch("there", "--cluster", str(cluster.file))
    assert result.exit_code == 0, result.output
    assert Path("there/grades.csv").read_text() == Path("here/grades.csv").read_text()
    same = [_verdicts(Path(out)) for out in ("here", "there")]
    assert same[0] == same[1]


def test_a_worker_that_joins_later_takes_over_when_all_others_have_died(cluster: Cluster) -> None:
    hand_in(12)
    cluster.work("one")

    def replace() -> None:
        cluster.kill("one")
        cluster.work("two")

    with meanwhile(replace):
        result = batch("there", "--cluster", str(cluster.file))
    assert result.exit_code == 0, result.output
    assert finished() == 12


def test_a_worker_with_threads_imports_torch_once_and_before_it_is_asked(cluster: Cluster, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    hand_in(6, preamble="import torch\n")
    preload = ["--preload", "etude.batch.cluster_worker"]
    cluster.work("warm", "--nthreads", "2", *preload, TMPDIR=str(temporary))
    while not (homes := list(temporary.glob("etude-host-*"))):
        assert cluster.processes["warm"].poll() is None, (tmp_path / "warm.log").read_text()
        time.sleep(0.01)
    result = batch("there", "--cluster", str(cluster.file))
    assert result.exit_code == 0, result.output
    assert finished() == 6
    assert list(temporary.glob("etude-host-*")) == homes
    assert len(list(homes[0].glob("host-*"))) == 2


def _verdicts(out: Path) -> list[tuple[str, list[tuple[str, str, object]]]]:
    reports = [(result.student, result.report) for result in Store.open(out).results()]
    return [
        (student, [(check.name, check.status.value, check.rationale) for check in report.checks])
        for student, report in reports
        if report is not None
    ]


def test_a_scheduler_that_is_started_again_gets_what_is_left(cluster: Cluster) -> None:
    hand_in(12)
    for name in ("one", "two"):
        cluster.work(name)

    def restart() -> None:
        for name in ("scheduler", "one", "two"):
            cluster.kill(name)
        cluster.schedule()
        cluster.work("three")

    with meanwhile(restart):
        result = batch("there", "--cluster", f"tcp://127.0.0.1:{cluster.port}")
    assert result.exit_code == 0, result.output
    assert "the scheduler is gone" in result.output
    assert finished() == 12


HIDES_SKLEARN = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "sklearn" else found(name, *more)
"""


def test_a_worker_without_a_framework_is_named_and_gets_none(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = tmp_path / "bank"
    shutil.copytree(MINI, bank, ignore=shutil.ignore_patterns("__pycache__"))
    with (bank / "exercises/q01_basics/double/exercise.toml").open("a") as file:
        file.write('extras = ["sklearn"]\n')
    monkeypatch.setenv("ETUDE_BANK", str(bank))
    (tmp_path / "poor").mkdir()
    (tmp_path / "poor" / "sitecustomize.py").write_text(HIDES_SKLEARN)
    hand_in(4)
    cluster.work("poor", PYTHONPATH=str(tmp_path / "poor"))
    cluster.work("rich")
    cluster.wait_for_workers(2)
    result = batch("there", "--cluster", str(cluster.file))
    assert result.exit_code == 0, result.output
    assert "worker poor: lacks sklearn: it gets none of these answers" in result.output
    assert finished() == 4
    cluster.kill("rich")
    cluster.wait_for_workers(1)
    shutil.rmtree("there")
    result = batch("there", "--cluster", str(cluster.file))
    assert result.exit_code == 2
    assert "no worker has étude" in result.output


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of what takes every connection, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.batch.cluster_scheduler.TIMEOUT", 0.1)
    monkeypatch.setattr("etude.batch.cluster_scheduler.SILENCE", 0.1)


def told(cluster: str) -> list[str]:
    """What is said of a cluster that is none."""
    hand_in(1)
    result = batch("there", "--cluster", cluster)
    assert result.exit_code == 2
    return result.output.splitlines()


def test_where_no_scheduler_has_ever_answered_it_is_waited_for_and_told_in_a_line(impatient: None) -> None:
    waiting, line = told("tcp://127.0.0.1:1")
    assert waiting == "etude: tcp://127.0.0.1:1: waiting for the scheduler to answer"
    assert line.startswith("etude: --cluster tcp://127.0.0.1:1: no scheduler answers there (Timed out")


def test_what_takes_the_connection_and_says_nothing_is_no_scheduler(impatient: None, silent: int) -> None:
    assert "was reached, and said nothing" in told(f"tcp://127.0.0.1:{silent}")[-1]


def test_a_file_whose_scheduler_has_died_leads_to_none(impatient: None, silent: int) -> None:
    Path("scheduler.json").write_text(json.dumps({"address": f"tcp://127.0.0.1:{silent}"}))
    assert told("scheduler.json")[-1].startswith("etude: --cluster scheduler.json: no scheduler answers there")


@pytest.mark.parametrize(
    ("cluster", "line"),
    [
        ("localhost", "localhost: there is no such file, and it is no address: give tcp://HOST:PORT"),
        ("nofile.json", "nofile.json: there is no such file"),
        ("", "'': there is no such file"),
        ("tcp://localhost", "tcp://localhost: is no address of a scheduler (missing port number"),
        ("notes.json", "notes.json: is no scheduler's file (it names no address)"),
        ("half.json", "half.json: is no scheduler's file (it names no address)"),
        ("portless.json", "portless.json: holds no address of a scheduler (missing port number"),
    ],
)
def test_what_is_neither_file_nor_address_is_told_in_one_line(cluster: str, line: str) -> None:
    Path("notes.json").write_text('["no address"]')
    Path("half.json").write_text('{"address"')
    Path("portless.json").write_text('{"address": "tcp://localhost"}')
    (only,) = told(cluster)
    assert only.startswith(f"etude: --cluster {line}")
