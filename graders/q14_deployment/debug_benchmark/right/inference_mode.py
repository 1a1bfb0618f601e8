"""Decorated with inference_mode, a context manager for the modes, nanoseconds and statistics.quantiles."""

from contextlib import contextmanager
from statistics import fmean, quantiles
from time import perf_counter_ns as tick

import torch


@contextmanager
def evaluating(model):
    before = {m: m.training for m in model.modules()}
    try:
        yield model.eval()
    finally:
        for m in before:
            m.training = before[m]


@torch.inference_mode()
def benchmark_model(model, x, warmup=10, runs=100):
    if runs <= 0:
        raise ValueError("at least one run is needed")
    if warmup < 0:
        raise ValueError("warmup may not be negative")
    wait = torch.cuda.synchronize if x.device.type == "cuda" else lambda: None
    spans = []
    with evaluating(model):
        for i in range(warmup + runs):
            wait()
            start = tick()
            model(x)
            wait()
            if i >= warmup:
                spans.append((tick() - start) * 1e-9)
    cuts = quantiles(spans, n=20) if runs > 19 else [sorted(spans)[min(int(runs * k / 20), runs - 1)] for k in range(1, 20)]
    return dict(mean_s=fmean(spans), p50_s=cuts[9], p95_s=cuts[18], throughput=len(x) / fmean(spans))
