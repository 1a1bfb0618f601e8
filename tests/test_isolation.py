"""Where the kernel cannot confine an answer, it is refused unless asked for, and the report says what was lacking."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.errors import EtudeError
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.submission import Submission

HONEST = Submission("a.py", "def double(x):\n    return x + x\n")


@pytest.fixture
def unconfined(monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    monkeypatch.setenv("ETUDE_ISOLATION", "process")
    with Judge() as judge:
        yield judge


def test_an_answer_is_refused_in_one_line_that_says_what_to_do(unconfined: Judge, mini_bank: Catalog) -> None:
    with pytest.raises(EtudeError) as caught:
        unconfined.grade(mini_bank.get("double"), HONEST)
    assert "--allow-unisolated" in str(caught.value)
    assert "Landlock and seccomp" in str(caught.value)


def test_it_is_graded_when_allowed_and_the_report_says_what_it_lacked(unconfined: Judge, mini_bank: Catalog) -> None:
    report = unconfined.grade(mini_bank.get("double"), HONEST, GradeOptions(allow_unisolated=True))
    assert report.full_marks
    assert report.isolation.level == "process"
    assert report.isolation.lacks


def test_hosts_and_workers_end_with_a_client_that_is_killed(tmp_path: Path) -> None:
    """The client is killed in the middle of a grading; nothing of its host, zygote or worker is left."""
    code = (
        "import sys\n"
        "from etude.catalog import Catalog\n"
        "from etude.judge.client import Judge\n"
        "from etude.submission import Submission\n"
        "from tests.conftest import MINI_BANK\n"
        "exercise = Catalog.load([MINI_BANK]).get('double')\n"
        "judge = Judge()\n"
        "print(judge.host(exercise).pid, flush=True)\n"
        "judge.grade(exercise, Submission('a.py', 'while True: pass'))\n"
    )
    client = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    host = int(client.stdout.readline())
    client.kill()
    client.wait()
    # A host in the middle of a call learns of it when the call's time is up; the call here has ten seconds.
    subprocess.run(["tail", f"--pid={host}", "-f", "/dev/null"], timeout=60, check=True)
    assert not Path(f"/proc/{host}").exists()
