"""Timing a model, mended.

Idea. Measure what production will see. Five lines were missing, or there without effect.

The faults.
- `map` is lazy: nobody asked it for its items, so that no warm-up call was ever made.
- `torch.no_grad()` only makes a context manager; it works from `with` on.
- Nobody called `eval()`: dropout and batch norm did the work of training.
- `time.time` follows the system's clock, which is set back and forth: `time.perf_counter` is made for differences.
- 1 / mean is batches a second; each of them has x.shape[0] samples.

Cost. warmup + runs calls, two readings and, on CUDA, two synchronisations a run.

Pitfalls.
- Mending one fault with another: after `eval()` somebody has to give every submodule's mode back, also where the model
  raises. `model.train()` would wake up frozen layers, too.
- `torch.set_grad_enabled(False)` works without `with`, and for good.

Follow-up questions
    How would you have noticed? By a model whose calls take known times, on a clock that only it moves: each promise is
    then a number to compare.
    Why does map not warn? An iterator that is thrown away is legal; linters that know unused results find it.
    Is the median free of the warm-up's effect anyway? Nearly, with many runs; mean, p95 and throughput are not.
"""

import time

import numpy as np
import torch
from torch import Tensor, nn


def benchmark_model(model: nn.Module, x: Tensor, warmup: int = 10, runs: int = 100) -> dict[str, float]:
    if runs < 1 or warmup < 0:
        raise ValueError(f"runs must be at least 1 and warmup at least 0, not {runs} and {warmup}")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            for _ in range(warmup):
                model(x)
            times = [_time(model, x) for _ in range(runs)]
    finally:
        for module, training in modes:
            module.training = training
    mean = float(np.mean(times))
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    return {"mean_s": mean, "p50_s": p50, "p95_s": p95, "throughput": x.shape[0] / mean}


def _time(model: nn.Module, x: Tensor) -> float:
    began = _now(x)
    model(x)
    return _now(x) - began


def _now(x: Tensor) -> float:
    """The time at which the device has done all that was asked of it."""
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
    return time.perf_counter()
