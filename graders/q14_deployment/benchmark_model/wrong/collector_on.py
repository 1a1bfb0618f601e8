"""Switches the garbage collector off for the runs and on afterwards, also where it was off before.

Misconception: the collector was on.
Caught by: test_side_effects
Keeps: everything else
Advice: whoever calls may have it off. Ask gc.isenabled() first, and leave it as it was.
"""

import gc
import time

import numpy as np
import torch


def benchmark_model(model, x, warmup=10, runs=100):
    if runs < 1 or warmup < 0:
        raise ValueError("runs must be at least 1 and warmup at least 0")
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    gc.disable()
    times = []
    try:
        with torch.no_grad():
            for i in range(warmup):
                model(x)
            for _ in range(runs):
                if x.is_cuda:
                    torch.cuda.synchronize()
                start = time.perf_counter()
                model(x)
                if x.is_cuda:
                    torch.cuda.synchronize()
                end = time.perf_counter()
                times.append(end - start)
    finally:
        gc.enable()
        for m, mode in modes:
            m.training = mode
    mean = float(np.mean(times))
    p50 = float(np.percentile(times, 50))
    p95 = float(np.percentile(times, 95))
    return {"mean_s": mean, "p50_s": p50, "p95_s": p95, "throughput": len(x) / mean}
