"""Every call is still recorded for autograd.

Misconception: without backward autograd costs nothing.
Caught by: test_no_autograd
Keeps: test_mean, test_evaluation_mode
Advice: it builds a graph and keeps activations: use no_grad.
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
        torch.no_grad()
        if True:
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
