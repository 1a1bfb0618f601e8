"""`python takehome.py check`: the contract and the examples, each fault in a line."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.takehome.kit_support import (
    MEAN,
    RIGHT,
    answer,
    begun,
    check,
    digest,
    journal,
    takehome,
)

HOUR = timedelta(hours=1)
FAR = '{"n": 0, "at": "9999-12-31T23:59:59+00:00", "event": "begin", "about": {}, "previous": "", "mac": ""}'


def test_an_untouched_stub_is_not_implemented_yet(kit: Path) -> None:
    found = takehome(begun(kit), "check")
    assert found.returncode == 1
    assert "double: 0 of 4 passed\n  not implemented yet\n" in found.stdout
    assert "Traceback" not in found.stdout + found.stderr


def test_right_answers_pass_and_the_journal_notes_it(kit: Path) -> None:
    answer(kit, RIGHT)
    answer(kit, MEAN, "mean")
    found = takehome(begun(kit), "check")
    assert found.returncode == 0, found.stdout
    assert "double: 4 of 4 passed" in found.stdout
    line = journal(kit)[-1]
    assert line["event"] == "check"
    assert line["about"] == {
        "results": {"double": {"passed": 4, "of": 4}, "mean": {"passed": 2, "of": 2}},
        "answers": {name: digest(kit / "answers" / f"{name}.py") for name in ("double", "mean")},
    }


def test_one_exercise_can_be_checked_alone(kit: Path) -> None:
    takehome(begun(kit), "check", "mean")
    assert list(journal(kit)[-1]["about"]["results"]) == ["mean"]
    unknown = takehome(kit, "check", "median")
    assert unknown.stderr == "median: no exercise of this test: choose from double, mean\n"


def test_a_wrong_answer_is_shown_beside_what_the_example_expects(kit: Path) -> None:
    found = check(begun(kit), "def double(x):\n    return x\n")
    assert "double: 3 of 4 passed" in found
    assert "line 6: >>> double(np.array([1.0, -2.5]))" in found
    assert re.search(r"expected:\s+array\(\[ 2., -5.\]\)\s+got:\s+array\(\[ 1. , -2.5\]\)", found)


def test_an_exception_is_told_with_its_line(kit: Path) -> None:
    found = check(begun(kit), "def double(x):\n    y = 1\n    return y / 0\n")
    assert "raised, in the answer's line 3: ZeroDivisionError: division by zero" in found
    assert "Traceback" not in found


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import nowhere_at_all\n", "cannot be loaded: line 1: ModuleNotFoundError: No module named"),
        ("import sys\nsys.exit(0)\n", "cannot be loaded: line 2: SystemExit: 0"),
        ("print('hello')\n" + RIGHT, "prints 'hello' while it is loaded"),
        ("def twice(x): ...\n", "there is no double"),
        ("double = 3\n", "double cannot be called: it is of type int"),
        ("def double(x, y): ...\n", "double(x) is asked for: missing a required argument: 'y'"),
        ("def double(y): ...\n", "double(x) is asked for: missing a required argument: 'y'"),
        ("import torch.nn as n\n" + RIGHT, "line 1: torch.nn is not allowed"),
        ("def double(x):\n    from torch import zeros\n", "line 2: torch.zeros is not allowed"),
        ("from answers.mean import mean\n" + RIGHT, "No module named 'answers'"),
        ("class double:\n    def __init__(self, x):\n        raise NotImplementedError\n", "not implemented yet"),
        ("def double(x):\n    return later(x)\ndef later(x):\n    raise NotImplementedError\n", "not implemented yet"),
    ],
)
def test_each_fault_is_told_in_a_line(kit: Path, source: str, told: str) -> None:
    found = check(begun(kit), source)
    assert told in found
    assert "Traceback" not in found


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b"def double(x)\n    return x\n", r"answers/double.py line 1: (expected ':'|invalid syntax)"),
        (b"def double(x):\n  y = 1\n    return y\n", r"answers/double.py line 3: unexpected indent"),
        (b"return 3\n", r"answers/double.py line 1: 'return' outside function"),
        (b"x = '\xff'\n", r"answers/double.py( line 1)?: .*can't decode byte 0xff.*"),
        (b"x = 3\0\n", r"answers/double.py.*: source code .*null bytes"),
        (b"-" * 100_000 + b"1\n", r"answers/double.py.*: .*"),
        (None, r"there is no answers/double.py"),
    ],
)
def test_an_answer_that_is_no_python_is_one_plain_line(kit: Path, source: bytes | None, line: str) -> None:
    path = begun(kit) / "answers/double.py"
    path.unlink() if source is None else path.write_bytes(source)
    found = takehome(kit, "check", "double")
    first, told, rest = found.stdout.splitlines()
    assert first == "double: 0 of 4 passed"
    assert re.fullmatch(line, told.strip())
    assert rest.startswith("These are the examples only")
    assert found.stderr == ""


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\ndouble = np.vectorize(lambda x: 2 * x)\n",
        "def double(*args, **more):\n    return 2 * args[0]\n",
        "def double(x, verbose=False):\n    return x + x\n",
        "class double:\n    def __new__(cls, x):\n        return x * 2\n",
    ],
)
def test_other_ways_to_define_it_are_fine(kit: Path, source: str) -> None:
    assert "double: 4 of 4 passed" in check(begun(kit), source)


@pytest.mark.parametrize(
    ("shown", "given", "same"),
    [
        ("0.25", "np.array(0.25)", True),
        ("np.float64(0.25)", "np.array(0.25, dtype=np.float32)", True),
        ("array([ 0., -2.])", "np.array([-0.0, -2.0])", True),
        ("array([0.333])", "np.array([1 / 3])", True),
        ("array([0.25])", "[0.25]", False),
        ("array([0.25])", "np.array([0.25], dtype=np.float32)", False),
        ("array([0.25])", "np.array([0.26])", False),
    ],
)
def test_an_example_compares_values_and_not_their_dress(kit: Path, shown: str, given: str, same: bool) -> None:
    question(kit, f">>> double(1)\n{shown}\n")
    assert ("4 of 4" in check(begun(kit), f"import numpy as np\ndef double(x):\n    return {given}\n")) == same


def test_an_example_of_things_that_nothing_defines_is_not_run(kit: Path) -> None:
    question(kit, ">>> double(model(x))\n4\n")
    assert "double: 3 of 3 passed" in check(begun(kit), RIGHT)


def question(kit: Path, example: str) -> None:
    """Rewrites a question, and the invitation with it."""
    path, about = kit / "questions/double.md", json.loads((kit / "invitation.json").read_text())
    path.write_text(f"```python\n{example}```\n")
    about["files"]["questions/double.md"] = digest(path)
    (kit / "invitation.json").write_text(json.dumps(about))


def test_an_answer_without_end_is_stopped_and_said(kit: Path) -> None:
    answer(begun(kit), "def double(x):\n    while True: pass\n")
    found = takehome(kit, "check", "--timeout", "3")
    assert found.returncode != 0
    assert "Stopped after 3 s at `" in found.stdout + found.stderr


def test_an_answer_that_takes_python_down_is_said(kit: Path) -> None:
    found = check(begun(kit), "import os\ndef double(x):\n    os._exit(7)\n")
    assert "pytest broke off (status 7) at `double: gives what the examples" in found
    assert journal(kit)[-1]["about"]["results"]["double"] == {"passed": 3, "of": 4}


def test_no_settings_from_elsewhere_count(kit: Path) -> None:
    (kit.parent / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (kit.parent / "conftest.py").write_text("raise SystemExit('from elsewhere')\n")
    (kit / "setup.cfg").write_text("[tool:pytest]\naddopts = --no-such-option\n")
    answer(kit, RIGHT)
    found = takehome(begun(kit), "check", "double", env={"PYTEST_ADDOPTS": "--no-such-option"})
    assert "double: 4 of 4 passed" in found.stdout, found
    assert not [path for path in kit.rglob("*") if path.name in ("__pycache__", ".pytest_cache")]


def test_a_missing_package_is_one_line_with_the_command(kit: Path) -> None:
    about = json.loads((kit / "invitation.json").read_text())
    about["exercises"][0]["requires"] = ["numpy", "no_such_package"]
    (kit / "invitation.json").write_text(json.dumps(about))
    found = takehome(begun(kit), "check")
    assert found.stderr.startswith("no_such_package: not installed for this Python: ")
    assert found.stderr.endswith("-m pip install no_such_package\n")
    bare = takehome(kit, "check", "mean", python=["-I", "-S"])  # no site-packages at all
    assert bare.stderr.endswith("-m pip install numpy pytest\n")
    assert len(journal(kit)) == 1


def test_a_changed_check_file_is_not_believed(kit: Path) -> None:
    (kit / "checks/test_contract.py").write_text("")
    assert "checks/test_contract.py: changed: unpack" in takehome(begun(kit), "check").stderr


# --- status and time --------------------------------------------------------------------------------------------------
