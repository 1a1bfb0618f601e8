"""No NumPy: sorted list, nearest rank, one synchronisation between two runs instead of two; partial for the readings."""

import functools
import math
import time

import torch
from torch import no_grad

NOW = functools.partial(time.perf_counter)


def rank(ordered, share):
    return ordered[math.ceil(share * len(ordered)) - 1]


def benchmark_model(model, x, warmup=10, runs=100):
    for name, value, least in [("runs", runs, 1), ("warmup", warmup, 0)]:
        if value < least:
            raise ValueError(f"{name}={value} is less than {least}")
    modules = list(model.modules())
    training = [module for module in modules if module.training]

    def call():
        with no_grad():
            model(x)
        if str(x.device).startswith("cuda"):
            torch.cuda.synchronize(x.device)

    for module in modules:
        module.training = False
    try:
        for _ in range(warmup):
            call()
        if x.is_cuda:
            torch.cuda.current_stream().synchronize()
        times = []
        for _ in range(runs):
            before = NOW()
            call()
            times.append(NOW() - before)
    finally:
        for module in training:
            module.training = True
    times.sort()
    total = math.fsum(times)
    return {"throughput": runs * x.shape[0] / total, "mean_s": total / runs, "p50_s": rank(times, 0.5), "p95_s": rank(times, 0.95)}
