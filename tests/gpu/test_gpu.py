"""What needs a GPU: skipped, all of it, where there is none. Attacks on the clock that only CUDA makes possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.gpu import gpus
from etude.judge.job import GradeOptions
from etude.report import CheckResult, Report, Status
from etude.submission import Submission

pytestmark = pytest.mark.skipif(not gpus(), reason="no GPU here: nothing of CUDA is measured")

BANK = Path(__file__).parents[1] / "fixtures" / "gpu_bank"
NOISE = 0.8
GradeTanh = Callable[[str], Report]

SLOW = """
import torch
def slow(x):
    y = z = x
    for _ in range(16):
        y = y.tanh()
    for _ in range(32):
        z = z.tanh()
    return y + x
"""
HONEST = SLOW + "tanh_sum = slow\n"


@pytest.fixture(scope="module")
def grade() -> Iterator[GradeTanh]:
    exercise = Catalog.load([BANK]).get("tanh_sum")
    with Judge() as judge:
        yield lambda source: judge.grade(exercise, Submission("answer.py", source), GradeOptions(device="cuda"))


def speed(report: Report) -> CheckResult:
    return next(check for check in report.checks if check.name == "test_cuda_speed")


def test_values_on_the_gpu_and_its_name_in_the_report(grade: GradeTanh) -> None:
    report = grade(HONEST)
    assert report.full_marks
    assert gpus()[0].name in report.hardware


def test_three_times_the_work_measures_so(grade: GradeTanh) -> None:
    ratios = []
    for _ in range(3):
        timing = speed(grade(HONEST)).timing
        assert timing is not None
        ratios.append(timing.ratio)
        if abs(timing.ratio / 3 - 1) <= 0.1:
            return
    pytest.fail(f"truly 3 times slower, measured {ratios}")


# The outputs are right, and only the clock is tampered with.
TAMPERED = {
    "patched events and synchronisation": (
        "class Event:\n"
        "    def __init__(self, *args, **options): pass\n"
        "    record = synchronize = wait = lambda self, *args: None\n"
        "    elapsed_time = lambda self, other: 0.0\n"
        "torch.cuda.Event = torch.Event = Event\n"
        "torch.cuda.synchronize = lambda *args: None\n"
        "tanh_sum = slow\n"
    ),
    "another stream, joined": (
        "side = torch.cuda.Stream() if torch.cuda.is_available() else None\n"
        "def tanh_sum(x):\n"
        "    side.wait_stream(torch.cuda.current_stream())\n"
        "    with torch.cuda.stream(side):\n        y = slow(x)\n"
        "    torch.cuda.current_stream().wait_stream(side)\n    return y\n"
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_gains_nothing(grade: GradeTanh, kind: str) -> None:
    ratios = []
    for _ in range(3):
        honest, attack = speed(grade(HONEST)), speed(grade(SLOW + TAMPERED[kind]))
        assert honest.timing is not None
        assert attack.timing is not None, attack.rationale
        ratios.append((honest.timing.ratio, attack.timing.ratio))
        if attack.timing.ratio > NOISE * honest.timing.ratio:
            return
    pytest.fail(f"honest and tampered ratios: {ratios}")


ABSENT = {
    "another stream, that nobody waits for": (
        "def tanh_sum(x):\n"
        "    y = torch.zeros_like(x)\n"
        "    side = torch.cuda.Stream()\n"
        "    with torch.cuda.stream(side):\n"
        "        torch.cuda._sleep(200_000_000)\n        y.copy_(slow(x))\n"
        "    return y\n"
    ),
    "a lazy tensor": (
        "class Lazy(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
        "        plain = [slow(a.x) if isinstance(a, Lazy) else a for a in args]\n"
        "        return function(*plain, **(kwargs or {}))\n"
        "def tanh_sum(x):\n"
        "    y = torch.empty_like(x).as_subclass(Lazy)\n    y.x = x\n    return y\n"
    ),
    "outputs of the run before": (
        "kept = []\n"
        "def tanh_sum(x):\n"
        "    kept.append(slow(x) if len(kept) < 16 else kept[len(kept) % 16])\n    return kept[-1]\n"
    ),
}


@pytest.mark.parametrize("kind", ABSENT)
def test_work_that_was_not_done_is_missed(grade: GradeTanh, kind: str) -> None:
    assert speed(grade(SLOW + ABSENT[kind])).status is Status.FAILED


@pytest.mark.parametrize(
    "exercise", [exercise for exercise in Catalog.load([shipped_bank()]) if exercise.tiers("cuda")], ids=lambda e: e.id
)
def test_the_references_of_the_gpu_track_get_full_marks(exercise: object) -> None:
    from etude.exercise import Exercise

    assert isinstance(exercise, Exercise)
    with Judge() as judge:
        answer = Submission.read(str(exercise.solution_path))
        report = judge.grade(exercise, answer, GradeOptions(device="cuda"))
    assert report.full_marks, [check for check in report.checks if check.earned < check.maximum]
