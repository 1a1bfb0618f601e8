"""Timing a model.

Idea. Measure what production will see: the model in evaluation mode, without autograd, after the first calls have paid
for allocations, kernels and caches, with a clock that only goes forward, on a device that has finished its work.

Cost. warmup + runs calls, two readings and, on CUDA, two synchronisations a run.

Pitfalls.
- A CUDA call returns once its kernels are queued. Without synchronising, the second reading measures the launch;
  without it before the first reading, a run pays for what was queued before it.
- `time.time` follows the system's clock, which is set back and forth; its differences may even be negative.
- `model.train()` at the end is not the mode given back: a frozen batch norm was in evaluation mode on purpose. And
  without `finally` a model that raises stays in evaluation mode.
- Throughput is samples a second: N over the mean. The mean of N / t over the runs is another, larger number.

Follow-up questions
    Why percentiles and not a mean with a standard deviation? Latencies are skewed: a few slow calls (garbage
    collection, another process, a cold cache) move the mean; users feel p95 and p99.
    Latency or throughput? Larger batches raise both: choose the largest batch whose p95 keeps the latency promised.
    Why might production be slower all the same? Inputs of changing shapes, data transfer, pre- and postprocessing,
    other requests on the same device, clocks that drop when the chip gets hot.
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
