import time

import numpy as np
import torch
from torch import Tensor, nn


def benchmark_model(model: nn.Module, x: Tensor, warmup: int = 10, runs: int = 100) -> dict[str, float]:
    """Time `model(x)` in evaluation mode and without autograd: `warmup` calls untimed, then `runs` calls timed.

    x: (N, ...), a batch of N samples.

    Returns mean_s, p50_s, p95_s (seconds a run) and throughput (samples a second).
    ValueError for runs < 1 or warmup < 0.
    """
    if runs < 1 or warmup < 0:
        raise ValueError(f"runs must be at least 1 and warmup at least 0, not {runs} and {warmup}")
    torch.no_grad()
    _ = map(model, [x] * warmup)
    times = [_time(model, x) for _ in range(runs)]
    mean = float(np.mean(times))
    p50, p95 = np.percentile(times, [50, 95]).tolist()
    return {"mean_s": mean, "p50_s": p50, "p95_s": p95, "throughput": 1 / mean}


def _time(model: nn.Module, x: Tensor) -> float:
    began = _now(x)
    model(x)
    return _now(x) - began


def _now(x: Tensor) -> float:
    """The time at which the device has done all that was asked of it."""
    if x.is_cuda:
        torch.cuda.synchronize(x.device)
    return time.time()
