"""`%%grade` and `etude.check` in a kernel: what they grade, what they show, and what they leave behind."""

from __future__ import annotations

import ast
import signal
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbclient.exceptions import DeadKernelError

from etude.attempts import Attempts
from etude.cli import main
from tests.notebooks.conftest import Run
from tests.process_tree import is_running

LOAD = "%load_ext etude"
CHECK = 'etude.check("double")'
RIGHT = "import numpy as np\n\ndef double(x):\n    return 2 * np.asarray(x)"
WRONG = "def double(x):\n    return x"
ENDLESS = "def double(x):\n    while True:\n        pass"
HOST = (
    "import etude.jupyter, psutil\ngrader = etude.jupyter.grader()\n"
    "[host] = grader.desk.judge._hosts.values()\nhost.pid"
)
LOOKS = "sorted({'pytest', 'torch', 'tensorflow', 'etude.judge.plugin'} & set(__import__('sys').modules))"
# Sends what the interrupt button sends, once the answer is at work in a worker.
INTERRUPT = """
import os, signal, threading, time
def descendants():
    return [process.pid for process in psutil.Process(host.pid).children(recursive=True)]

idle, busy = descendants(), []

def interrupt():
    while set(descendants()) <= set(idle):
        time.sleep(0.01)
    busy.extend(descendants())
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
"""


def eventually(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    return what()


def test_check_grades_what_the_cells_define_now(run: Run) -> None:
    notebook = run(LOAD, CHECK, WRONG, CHECK, RIGHT, CHECK, HOST, WRONG, CHECK, HOST, LOOKS)
    assert notebook.cell(0) == []
    assert notebook.text(1) == (
        "etude: double: no cell that has run defines double: run the cell that defines it, then check again\n"
    )
    html, text = notebook.scorecard(3)
    assert "2 of 5 points" in html
    assert "✗ float32 stays float32." in text
    assert "\x1b" not in html + text
    html, text = notebook.scorecard(5)
    assert "full marks" in html
    assert "5 of 5 points" in text
    assert "full marks" not in notebook.scorecard(8)[1]
    pid = int(notebook.text(6))
    assert int(notebook.text(9)) == pid  # one host, kept warm
    assert ast.literal_eval(notebook.text(10)) == []  # the kernel itself graded nothing
    assert eventually(lambda: not is_running(pid))  # and the host ended with it
    recorded = [(score.score, score.maximum) for score in Attempts.open().scores("double")]
    assert len(recorded) == 3
    assert recorded[1] == (5, 5)


def test_the_grade_magic_grades_its_cell_and_runs_it(run: Run) -> None:
    notebook = run(
        LOAD,
        f"%%grade double --seed 7 --no-speed\n{RIGHT}\nprint('ran')",
        "double(4)",
        "%%grade double\ndef double(x):\n    1 / 0\n\netude.check('doble')",
        "%%grade doble\nhalf = 1 / 2",
        "half",
        "%%grade double --seed x\nthird = 1 / 3",
        "%%grade 'double\n1",
        CHECK,
    )
    assert "full marks" in notebook.scorecard(1)[0]
    assert "seed 7" in notebook.scorecard(1)[1]
    assert notebook.text(1) == "ran\n"
    assert "8" in notebook.text(2)
    assert notebook.text(3).startswith("etude: doble: ")  # run, and no part of the answer
    assert "this cell:3 in double" in notebook.scorecard(3)[1]
    assert notebook.text(4) == "etude: doble: no exercise of that name: did you mean double?\n"
    assert notebook.text(5) == "0.5"
    assert notebook.text(6).startswith("etude: %%grade: Invalid value for '--seed'")
    assert notebook.text(7).startswith("etude: %%grade: No closing quotation\n")
    assert "ZeroDivisionError" in notebook.scorecard(8)[1]  # what a %%grade cell defines counts as well


def test_an_interrupt_ends_the_worker_and_the_next_check_works(run: Run) -> None:
    again = f"{HOST}, host.alive"
    notebook = run(LOAD, RIGHT, CHECK, HOST, ENDLESS, INTERRUPT, CHECK, "busy", RIGHT, CHECK, again)
    (stopped,) = notebook.cell(6)
    assert stopped.output_type == "error"  # it also stops a run of all cells
    assert stopped.traceback == ["etude: interrupted: this attempt was not graded, and is not recorded"]
    before = int(notebook.text(3))
    busy = ast.literal_eval(notebook.text(7))
    assert len(busy) >= 2  # the zygote and the worker
    assert eventually(lambda: not any(map(is_running, [before, *busy])))
    assert "full marks" in notebook.scorecard(9)[0]
    assert ast.literal_eval(notebook.text(10)) != (before, True)
    assert len(Attempts.open().scores("double")) == 2


def test_a_killed_kernel_takes_its_host_along(run: Run) -> None:
    kill = f"import os\nopen('pid', 'w').write(str(host.pid))\nos.kill(os.getpid(), {signal.SIGKILL.value})"
    with pytest.raises(DeadKernelError):
        run(LOAD, RIGHT, CHECK, HOST, kill)
    assert eventually(lambda: not is_running(int(Path("pid").read_text())))


def test_a_missing_extra_is_one_line(run: Run) -> None:
    notebook = run(LOAD, "import etude.extras\netude.extras.missing_extras = lambda extras: ('torch',)", CHECK)
    assert notebook.text(2) == "etude: double: needs torch, not installed here: pip install 'etude[torch]'\n"


def test_an_interview_withholds_why(run: Run) -> None:
    asked = "import etude.practice.mock_store as store\nstore.in_interview = lambda exercise: exercise == 'double'"
    html, text = run(LOAD, asked, WRONG, CHECK).scorecard(3)
    assert "2 of 5 points" in text
    assert "wanted" not in html.partition("</style>")[2] + text


def test_a_machine_that_confines_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_ISOLATION", "process")  # the kernel confines nothing either
    assert "process isolation" in run(LOAD, RIGHT, CHECK).scorecard(2)[1]


def test_a_long_grading_says_what_it_waits_for(run: Run) -> None:
    notebook = run("import etude\nimport etude.jupyter\netude.jupyter.PATIENCE = 0.0", RIGHT, CHECK)
    assert "full marks" in notebook.scorecard(2)[0]
    (line,) = [output for output in notebook.cell(2) if "text/html" not in output.data]
    assert line.data["text/plain"] == ""  # "grading double …" is gone once the verdict is there


def test_the_notebook_that_start_writes(run: Run) -> None:
    assert CliRunner().invoke(main, ["start", "double", "--notebook"]).exit_code == 0
    notebook = nbformat.read("double.ipynb", as_version=4)
    notebook.cells[2].source = RIGHT
    ran = run(notebook)
    assert ran.cell(0) == []
    assert "full marks" in ran.scorecard(2)[0]
    nbformat.write(notebook, "double.ipynb")
    graded = CliRunner().invoke(main, ["grade", "double"])
    assert graded.exit_code == 0
    assert "double.ipynb" in graded.stdout
