"""Wrong layers whose tensors, or whose torch, say that they are right; against the real grader of `dropout`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

import pytest

from etude.catalog import Catalog, shipped_bank
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report
from etude.submission import Submission

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")

LAYER = """
import gc, sys
import torch
from torch import nn

class Agreeing:
    __eq__ = __ne__ = __bool__ = equal = allclose = all = any = lambda self, *args, **kwargs: True
    __hash__ = lambda self: 0

{before}

class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.p = p

    def forward(self, x):
        y = x * 0.75
        {inside}
        return y
"""
# kind: (what comes before the layer, what happens to its result)
LIES = {
    "nothing": ("", "pass"),
    "a subclass": ("class Liar(Agreeing, torch.Tensor): pass", "y = y.as_subclass(Liar)"),
    "__torch_function__": (
        "class Liar(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, func, types, args=(), kwargs=None):\n"
        "        return torch.zeros(3)",
        "y = y.as_subclass(Liar)",
    ),
    "methods": (
        "class Liar(torch.Tensor):\n"
        "    detach = cpu = contiguous = numpy = lambda self, *args: torch.zeros(3)\n"
        "    dtype = shape = device = layout = property(lambda self: torch.float64)",
        "y = y.as_subclass(Liar)",
    ),
    "a wrapper that computes when it is read": (
        "class Lazy(torch.Tensor):\n"
        "    @staticmethod\n"
        "    def __new__(cls, inner):\n"
        "        return torch.Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype)\n"
        "    @classmethod\n"
        "    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):\n"
        "        return torch.zeros(3)",
        "y = Lazy(y)",
    ),
    "an object like a tensor": ("class Liar(Agreeing):\n    __class__ = torch.Tensor\n    shape = (3,)", "y = Liar()"),
    "torch's comparisons": ("torch.equal = torch.allclose = torch.isclose = lambda *args, **options: True", "pass"),
    "the methods of all tensors": (
        "for name in ('__eq__', '__sub__', 'detach', 'numpy', 'cpu', 'clone'):\n"
        "    setattr(torch.Tensor, name, lambda self, *args, **options: self)",
        "pass",
    ),
    "torch's generator": ("torch.manual_seed = torch.random.manual_seed = lambda seed: None", "pass"),
    "torch's draws": ("torch.rand = torch.rand_like = torch.bernoulli = lambda x, *a, **k: torch.ones(4)", "pass"),
    "train and eval": ("nn.Module.train = nn.Module.eval = lambda self, mode=True: self", "pass"),
    "backward": (
        "torch.Tensor.backward = torch.autograd.backward = lambda *args, **options: None",
        "x.grad = torch.ones_like(x)",
    ),
    "the encoder's table": ("sys.modules['etude.sandbox.wire.encoder'].TENSOR_DTYPES = ()", "pass"),
    "every tensor there is": (
        "found = (t for t in gc.get_objects() if type(t) is torch.Tensor)",
        "[t.fill_(0.5) for t in found if t.is_floating_point() and not t.requires_grad]",
    ),
    "where the input came from": ("", "x.data = x.data / 0.75"),
}

Grade = Callable[[str], Report]


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    exercise = Catalog.load([shipped_bank()]).get("dropout")
    with Judge() as judge:

        def grade(source: str) -> Report:
            return judge.grade(
                exercise, Submission("answer.py", source), GradeOptions(seed=11, speed=False, timeout=20)
            )

        yield grade
        assert grade(exercise.solution_path.read_text("utf-8")).full_marks


def proof(report: Report) -> set[str]:
    return {check.name for check in report.checks if check.earned and not check.testimony}


@pytest.fixture(scope="module")
def honest(grade: Grade) -> set[str]:
    before, inside = LIES["nothing"]
    return proof(grade(LAYER.format(before=before, inside=inside)))


@pytest.mark.parametrize("kind", LIES)
def test_no_lie_earns_a_point(grade: Grade, honest: set[str], kind: str) -> None:
    before, inside = LIES[kind]
    report = grade(LAYER.format(before=before, inside=inside))
    assert report.problem is None
    assert proof(report) <= honest
