"""Banned calls are seen while an answer runs, whatever it calls them; legal answers cause none."""

import os
import subprocess
import sys
import warnings

import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

from etude.sandbox.watch import watched  # noqa: E402

DROPOUT = ["torch.nn.*Dropout*", "torch.nn.functional.*dropout*", "torch.dropout", "torch.native_dropout"]
SOFTMAX = ["torch.softmax", "torch.log_softmax", "torch.logsumexp", "torch.nn.Softmax*", "torch.nn.LogSoftmax"]
LOSSES = ["torch.nn.functional.*loss*", "torch.nn.functional.*cross_entropy*", "torch.nn.*Loss", *SOFTMAX]
NORMS = ["torch.nn.*BatchNorm*", "torch.nn.functional.batch_norm", "torch.batch_norm", "torch.nn.functional.layer_norm"]
ATTENTION = [
    "torch.nn.functional.scaled_dot_product_attention",
    "torch.nn.functional.multi_head_attention_forward",
    "torch.nn.MultiheadAttention",
]
CLIP = ["torch.nn.utils.clip_grad*", "torch.nn.utils.get_total_norm"]

x = torch.randn(4, 6)


class Sub(nn.Dropout2d):
    def __init__(self):
        nn.Module.__init__(self)
        self.p = 0.5

    def forward(self, values):
        return values


class MyDropout(nn.Module):
    def forward(self, values):
        return values * torch.bernoulli(torch.full_like(values, 0.5)) / 0.5


def optimise():
    weight = nn.Parameter(torch.ones(3))
    weight.grad = torch.ones(3)
    torch.optim.SGD([weight], lr=0.1).step()


def clip(function):
    weight = nn.Parameter(torch.ones(3))
    weight.grad = torch.ones(3)
    function([weight])


SEEN = [
    (lambda: F.dropout(x), DROPOUT, "torch.nn.functional.dropout"),
    (lambda: torch.dropout(x, 0.5, True), DROPOUT, "torch.dropout"),
    (lambda: torch.ops.aten.native_dropout(x, 0.5, True), DROPOUT, "native_dropout"),
    (lambda: torch._VF.alpha_dropout(x, 0.5, True), DROPOUT, "alpha_dropout"),
    (lambda: nn.Dropout(0.5), DROPOUT, "torch.nn.Dropout"),
    (lambda: nn.Sequential(nn.Linear(6, 6), nn.AlphaDropout())(x), DROPOUT, "torch.nn.AlphaDropout"),
    (lambda: Sub(), DROPOUT, "torch.nn.Dropout2d"),
    (lambda: Sub()(x), DROPOUT, "torch.nn.Dropout2d"),
    (lambda: type("D", (nn.Dropout,), {})(), DROPOUT, "torch.nn.Dropout"),
    (lambda: x.softmax(-1), SOFTMAX, "torch.Tensor.softmax"),
    (lambda: x.log_softmax(-1), SOFTMAX, "torch.Tensor.log_softmax"),
    (lambda: torch.special.logsumexp(x, -1), SOFTMAX, "logsumexp"),
    (lambda: torch._C._VariableFunctions.softmax(x, -1), SOFTMAX, "softmax"),
    (lambda: F.mse_loss(x, x), LOSSES, "torch.nn.functional.mse_loss"),
    (lambda: nn.CrossEntropyLoss()(x, torch.zeros(4, dtype=torch.long)), LOSSES, "torch.nn.CrossEntropyLoss"),
    (lambda: F.batch_norm(x, None, None, training=True), NORMS, "batch_norm"),
    (lambda: torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5), NORMS, "native_batch_norm"),
    (lambda: F.scaled_dot_product_attention(*[torch.ones(1, 1, 4, 8)] * 3), ATTENTION, "scaled_dot_product_attention"),
    (lambda: nn.MultiheadAttention(8, 2)(*[torch.ones(3, 1, 8)] * 3), ATTENTION, "torch.nn.MultiheadAttention"),
    (optimise, ["torch.optim"], "torch.optim"),
    (lambda: clip(lambda p: nn.utils.clip_grad_norm_(p, 0.1)), CLIP, "torch.nn.utils.clip_grad_norm_"),
    (lambda: clip(lambda p: nn.utils.get_total_norm([q.grad for q in p])), CLIP, "torch.nn.utils.get_total_norm"),
]


@pytest.mark.parametrize(("function", "banned", "name"), SEEN)
def test_banned_calls_are_seen(function, banned, name):
    _, seen = watched(function, banned)
    assert any(name in each for each in seen), seen


def test_calls_inside_compiled_code_are_seen():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(lambda values: F.softmax(values, -1), x)
    assert watched(lambda: traced(x), SOFTMAX)[1]


def scratch_loss():
    scores = torch.randn(4, 6, requires_grad=True)
    shifted = scores - scores.max(-1, keepdim=True).values
    loss = (shifted.exp().sum(-1).log() - shifted[:, 0]).mean()
    (loss + ((scores - 1) ** 2).mean() + torch.clamp(scores.sigmoid().log(), min=-100).mean()).backward()


def scratch_norm():
    layer = nn.Linear(6, 6)
    values = layer(x)
    normal = (values - values.mean(0)) / torch.sqrt(values.var(0, unbiased=False) + 1e-5)
    normal.norm().backward()


def scratch_attention():
    q = torch.randn(2, 4, 8, requires_grad=True)
    weights = torch.exp(q @ q.transpose(-1, -2) / 8**0.5)
    (torch.einsum("nls,nse->nle", weights / weights.sum(-1, keepdim=True), q)).sum().backward()


LEGAL = [
    (lambda: MyDropout()(x), DROPOUT),
    (lambda: x * (torch.rand_like(x) < 0.5), DROPOUT),
    (lambda: x * torch.empty_like(x).bernoulli_(0.5), DROPOUT),
    (lambda: nn.Sequential(nn.Linear(6, 6), nn.ReLU(), MyDropout())(x), DROPOUT),
    (lambda: nn.LSTM(6, 6, num_layers=2)(x), DROPOUT),
    (scratch_loss, LOSSES),
    (scratch_norm, NORMS),
    (scratch_attention, [*ATTENTION, *SOFTMAX]),
    (lambda: clip(lambda p: torch.linalg.vector_norm(p[0].grad)), CLIP),
    (lambda: clip(lambda p: [q.grad.mul_(0.1) for q in p]), [*CLIP, "torch.optim"]),
]


@pytest.mark.parametrize(("function", "banned"), LEGAL)
def test_legal_answers_are_never_flagged(function, banned):
    assert watched(function, banned)[1] == []


def test_the_function_runs_once_and_its_result_comes_back():
    runs = []
    result, _ = watched(lambda: runs.append(1) or 42, DROPOUT)
    assert (result, runs) == (42, [1])


def test_an_exception_passes_and_the_hooks_are_gone():
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError):
        watched(lambda: 1 / 0, DROPOUT)
    assert sys.getprofile() is before
    assert torch.overrides._get_current_function_mode_stack() == []


def test_torch_is_never_imported_for_it():
    program = (
        "import sys; from etude.sandbox.watch import watched\n"
        "assert watched(lambda: 3, ['torch.dropout']) == (3, [])\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_fork_imports_nothing_for_it():
    program = (
        "import os, sys, torch\nfrom etude.sandbox.watch import watched\n"
        "if os.fork(): sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
        "before = set(sys.modules)\n"
        "assert watched(lambda: torch.dropout(torch.ones(3), 0.5, True), ['torch.dropout'])[1] == ['torch.dropout']\n"
        "os._exit(0 if set(sys.modules) == before else 9)"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0
