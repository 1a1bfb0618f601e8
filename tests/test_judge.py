"""What the judge says of an answer: every way it can fail to run, and that the other checks still run."""

from __future__ import annotations

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Category, Rationale, Report, Status
from etude.submission import Submission
from tests.conftest import Grade

HONEST = "def double(x):\n    return x + x\n"


def first(report: Report) -> Rationale:
    """Why the first check did not pass."""
    check = report.checks[0]
    assert check.status in (Status.FAILED, Status.ERROR)
    assert check.rationale is not None
    return check.rationale


def test_a_right_answer_gets_full_marks(grade: Grade) -> None:
    report = grade(HONEST)
    assert report.full_marks
    assert report.score == report.maximum == 5
    assert [check.status for check in report.checks] == [Status.PASSED] * 4


def test_checks_come_in_the_order_of_the_file(grade: Grade) -> None:
    assert [check.name for check in grade(HONEST).checks] == [
        "test_keeps_dtype",
        "test_values",
        "test_argument_unchanged",
        "test_rules",
    ]


def test_the_same_seed_gives_the_same_data(grade: Grade) -> None:
    wrong = "def double(x):\n    return x * 3\n"
    one, same, other = (grade(wrong, seed=seed).checks[0].rationale for seed in (7, 7, 8))
    assert one == same != other


def test_a_wrong_value_is_explained(grade: Grade) -> None:
    rationale = first(grade("def double(x):\n    return x * 3\n"))
    assert rationale.problem == "the values are wrong"
    assert rationale.given is not None
    assert rationale.given.startswith("double(")
    assert rationale.returned is not None
    assert rationale.wanted is not None
    assert "first at index [0, 0]" in (rationale.difference or "")


def test_what_depends_on_a_failed_check_is_skipped_and_says_so(grade: Grade) -> None:
    check = grade("def double(x):\n    return x * 3\n").checks[1]
    assert check.status is Status.SKIPPED
    assert check.rationale is not None
    assert "waits for" in check.rationale.problem


RUNS_BADLY = {
    "exception": ("return x.nope", "AttributeError: 'numpy.ndarray' object has no attribute 'nope'"),
    "not implemented": ("raise NotImplementedError", "not implemented yet"),
    "sys.exit": ("import sys; sys.exit(3)", "your code called sys.exit(3)"),
    "os._exit": ("import os; os._exit(5)", "your code ended its process (exit status 5)"),
    "segfault": ("import ctypes; ctypes.string_at(0)", "ended by a segmentation fault"),
    "infinite loop": ("while True: pass", "time limit: no answer after"),
    "infinite loop in native code": ("sum(range(10**15))", "time limit: no answer after"),
    "memory bomb": ("return bytearray(8 << 30)", "memory limit (2 GiB)"),
    "process": ("import subprocess; subprocess.run(['ls'])", "tried to start a process"),
    "network": ("import socket; socket.socket()", "tried to use the network"),
    "flood of output": ("print('x' * (3 << 20))\n    while True: pass", "output limit (1 MiB)"),
    "generator": ("yield x", "a generator came back, which cannot leave the worker"),
    "object": ("return object()", "an object of class object came back"),
    "object array": ("return np.array([None])", "an array of dtype object came back"),
    "deep": ("return f(x)", "RecursionError"),
    "nothing": ("pass", "an array or a number was wanted"),
    "warning": ("return x + np.float64(1e308) * 10", "RuntimeWarning: overflow"),
}


@pytest.mark.parametrize("kind", RUNS_BADLY)
def test_every_way_to_fail_is_named(grade: Grade, kind: str) -> None:
    body, words = RUNS_BADLY[kind]
    source = f"import numpy as np\ndef double(x):\n    {body}\ndef f(x):\n    return f(x)\n"
    report = grade(source, timeout=1.0)
    assert words in first(report).problem
    assert report.score <= 2  # an answer that runs at all has broken no rule, and left its argument alone


def test_a_coroutine_is_refused(grade: Grade) -> None:
    assert "a coroutine came back" in first(grade("async def double(x):\n    return x\n")).problem


def test_a_traceback_shows_the_candidates_own_lines_only(grade: Grade) -> None:
    source = "import json\ndef helper(x):\n    return json.loads('{')\ndef double(x):\n    return helper(x)\n"
    traceback = first(grade(source)).traceback
    assert traceback == "answer.py:5 in double\n    return helper(x)\nanswer.py:3 in helper\n    return json.loads('{')"


def test_the_rest_of_the_checks_run_in_a_fresh_worker(grade: Grade) -> None:
    source = "import os\ndef double(x):\n    if x.dtype == 'float32':\n        os._exit(0)\n    return x + x\n"
    statuses = [check.status for check in grade(source).checks]
    assert statuses == [Status.ERROR, Status.SKIPPED, Status.PASSED, Status.PASSED]


def test_a_subclass_with_lying_operators_crosses_as_plain_data(grade: Grade) -> None:
    source = (
        "import numpy as np\n"
        "class Liar(np.ndarray):\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return np.zeros(3)\n"
        "    __rsub__ = __sub__\n"
        "def double(x):\n    return (x * 3).view(Liar)\n"
    )
    assert first(grade(source)).problem == "the values are wrong"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def double(x:\n    return x\n", "syntax error in line 1: '(' was never closed"),
        ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
        ("def duoble(x): return x\n", "`double` not found: define it at the top level (found `duoble`)"),
        ("raise SystemExit\n", "sys.exit"),
        ("import os; os._exit(0)\n", "ended its process"),
        ("while True: pass\n", "time limit"),
    ],
)
def test_an_answer_that_cannot_be_loaded_says_why_once(grade: Grade, source: str, words: str) -> None:
    report = grade(source, timeout=1.0)
    assert report.problem is not None
    assert words in report.problem.problem
    assert report.score == 0
    assert {check.status for check in report.checks} == {Status.ERROR}


def test_a_syntax_error_shows_line_and_caret(grade: Grade) -> None:
    problem = grade("def double(x):\n    return x +\n").problem
    assert problem is not None
    assert problem.traceback == "answer.py:2\n    return x +\n              ^"


def test_output_is_captured(grade: Grade) -> None:
    report = grade("def double(x):\n    print('hello')\n    return x + x\n")
    assert report.checks[0].output == "hello\n"


def test_printing_is_no_side_effect_to_overlook(grade: Grade) -> None:
    checks = {check.name: check for check in grade("def double(x):\n    print(1)\n    return x + x\n").checks}
    assert checks["test_argument_unchanged"].status is Status.FAILED


def test_banned_names_fail_the_rules_and_nothing_else(grade: Grade) -> None:
    report = grade("import torch.nn as something\n" + HONEST)
    if report.problem is None:  # torch is installed
        failed = [check.category for check in report.checks if check.status is not Status.PASSED]
        assert failed == [Category.RULES]


def test_one_submission_does_not_touch_the_next(grade: Grade) -> None:
    grade("import numpy as np\nnp.add = None\nimport builtins\nbuiltins.len = None\ndef double(x): return 1\n")
    assert grade(HONEST).full_marks


def test_speed_checks_that_were_not_asked_for_leave_the_maximum(grade: Grade) -> None:
    source = "def affine(x):\n    return 2 * x + 1\n"
    report = grade(source, exercise="affine")
    assert report.full_marks
    assert report.maximum == 1


def test_the_report_survives_json(grade: Grade) -> None:
    report = grade("def double(x):\n    return x * 3\n")
    assert Report.from_json(report.to_json()) == report


def test_an_exam_withholds_the_reasons(grade: Grade) -> None:
    report = grade("def double(x):\n    print(x)\n    return x * 3\n").for_exam()
    assert report.seed is None
    assert all(check.rationale is None and check.help is None and not check.output for check in report.checks)


@pytest.mark.parametrize(
    ("body", "helped"), [("return softmax(x, axis)", False), ("return input()", False), ("return np.exp(x)", True)]
)
def test_a_checks_help_is_for_what_it_looks_at(body: str, helped: bool) -> None:
    softmax = Catalog.load([shipped_bank()]).get("softmax")
    source = f"import numpy as np\ndef softmax(x, axis=-1):\n    {body}\n"
    with Judge() as judge:
        options = GradeOptions(checks=("test_large_scores",))
        (check,) = judge.grade(softmax, Submission("softmax.py", source), options).checks
    assert check.status is Status.ERROR
    assert bool(check.help) is helped
