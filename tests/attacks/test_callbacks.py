"""Answers that misuse the host's function they are given: the grader of `numerical_gradient` runs it for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission
from tests.attacks.test_forged_frames import FORGE

CHECKED = "def gradient_check(f, grad, x, eps=1e-5):\n    return 0.0\n"
NUMERICAL = """
{before}
def numerical_gradient(f, x, eps=1e-5):
    try:
        {inside}
    except Exception:
        pass
    return np.zeros(x.shape)
"""
MISUSES = {
    "nothing": "pass",
    "no misuse": "f(x)",
    "no argument": "f()",
    "many arguments": "f(*[x] * 1000)",
    "None": "f(None)",
    "text": "f('x' * 10**6)",
    "bytes": "f(b'1')",
    "a huge int": "f(1 << 4095)",
    "an int too large to cross": "f(1 << 10**5)",
    "NaN": "f(np.full(x.shape, np.nan))",
    "complex numbers": "f(x + 1j)",
    "booleans": "f(x > 0)",
    "another shape": "f(np.zeros((7, 0, 2)))",
    "an empty array": "f(np.zeros((0, 2**40)))",
    "many axes": "f(np.zeros((1,) * 32))",
    "a dict": "f({'a': x, 3: None})",
    "a ragged list": "f([[1.0], [1.0, 2.0]])",
    "a list of texts and numbers": "f([1.0, 'x' * 10**5] * 100)",
    "a deep list": "y = x\n        for _ in range(28):\n            y = [y]\n        f(y)",
    "the function itself": "f(f)",
    "an object": "f(object())",
    "a lying array": "f(x.view(type('Liar', (np.ndarray,), {'shape': (9,), '__array__': None})))",
    "a large array": "f(np.zeros(1 << 22))",
    "another number": "f.__closure__[0].cell_contents._callback(7)(x)",
    "a number that is none": "f.__closure__[0].cell_contents._callback('x')(x)",
    "from many threads": (
        "threads = [threading.Thread(target=f, args=(x,)) for _ in range(50)]\n"
        "        [thread.start() for thread in threads]\n"
        "        [thread.join() for thread in threads]"
    ),
    "after the call is over": "threading.Timer(0.002, f, (x,)).start()",
    "while the server waits": "threading.Thread(target=lambda: [f(x) for _ in range(9)]).start()",
    "within itself": "sys.modules['msgpack'].packb = lambda *args, **options: f(x)",
    "half a request": "write(frame(mapping(callback=[b'int', 0], args=LIST))[:-1])",
    "two requests at once": "write(frame(mapping(callback=[b'int', 0], args=LIST)) * 2)",
}


class Numerical:
    """Grades answers to `numerical_gradient` in one host."""

    def __init__(self, judge: Judge) -> None:
        self.exercise = Catalog.load([shipped_bank()]).get("numerical_gradient")
        self.judge = judge

    def grade(self, source: str, timeout: float = 5) -> Report:
        options = GradeOptions(seed=3, speed=False, timeout=timeout)
        return self.judge.grade(self.exercise, Submission("answer.py", source), options)

    def misuse(self, inside: str, before: str = "", timeout: float = 5) -> Report:
        before = f"{FORGE}\nimport sys\n{before}"
        return self.grade(NUMERICAL.format(before=before, inside=inside) + CHECKED, timeout)


@pytest.fixture(scope="module")
def numerical() -> Iterator[Numerical]:
    with Judge() as judge:
        numerical = Numerical(judge)
        pid = judge.host(numerical.exercise).pid
        yield numerical
        assert numerical.grade(numerical.exercise.solution_path.read_text("utf-8"), timeout=30).full_marks
        assert judge.host(numerical.exercise).pid == pid


@pytest.fixture(scope="module")
def honest(numerical: Numerical) -> set[str]:
    return proof(numerical.misuse(MISUSES["nothing"])) | proof(numerical.misuse(MISUSES["no misuse"]))


def proof(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.earned and not check.testimony}


@pytest.mark.parametrize("kind", MISUSES)
def test_no_misuse_earns_a_point_or_harms_the_host(numerical: Numerical, honest: set[str], kind: str) -> None:
    report = numerical.misuse(MISUSES[kind], timeout=0.5)
    assert report.problem is None
    assert proof(report) <= honest


def problems(report: Report) -> str:
    return " ".join(check.rationale.problem for check in report.checks if check.rationale)


FLOODS: dict[str, Callable[[Numerical], Report]] = {
    "calls": lambda numerical: numerical.misuse("while True:\n            f(x)", timeout=0.5),
    "requests that leave the host no pause": lambda numerical: numerical.misuse(
        "write(request * 10**4)\n        threading.Event().wait()",
        before="request = frame(mapping(callback=[b'int', 0], args=LIST))\n"
        "threading.Thread(target=lambda: [wire.recv(1 << 16) for _ in range(10**9)], daemon=True).start()",
        timeout=0.5,
    ),
    "large arguments": lambda numerical: numerical.misuse("while True:\n            f(np.zeros(1 << 20))", timeout=0.5),
}


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_ends_with_the_time_limit(numerical: Numerical, kind: str) -> None:
    report = FLOODS[kind](numerical)
    assert "time limit" in problems(report) or "descriptor" in problems(report)
    assert report.seconds < 20
