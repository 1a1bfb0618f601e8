"""`etude batch --cluster`: a real scheduler and workers in processes of their own give what this machine gives."""

from __future__ import annotations

import shutil
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


def test_where_no_scheduler_answers_it_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.batch.cluster.PATIENCE", 0.0)
    hand_in(1)
    result = batch("there", "--cluster", "tcp://127.0.0.1:1")
    assert result.exit_code == 2
    assert "no scheduler answers there" in result.output.splitlines()[-1]
    assert "Traceback" not in result.output
