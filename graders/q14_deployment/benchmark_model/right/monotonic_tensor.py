"""time.monotonic in a default argument, set_grad_enabled by hand, torch.quantile, modes by train(flag) from the leaves up."""

import time

import torch


def _sync(on):
    if on:
        torch.cuda.synchronize()


def benchmark_model(model, x, warmup=10, runs=100, *, clock=time.monotonic):
    if min(runs, warmup + 1) < 1:
        raise ValueError("runs >= 1 and warmup >= 0, please")
    on = torch.cuda.is_available() and next(model.parameters(), x).device.type == "cuda"
    flags = [m.training for m in model.modules()]
    grad = torch.is_grad_enabled()
    readings = torch.zeros(runs, 2, dtype=torch.float64)
    try:
        torch.set_grad_enabled(False)
        model.train(False)
        while warmup:
            model(x)
            warmup -= 1
        for row in readings:
            _sync(on)
            row[0] = clock()
            model(x)
            _sync(on)
            row[1] = clock()
    finally:
        torch.set_grad_enabled(grad)
        for m, flag in zip(model.modules(), flags):
            m.training = flag
    times = readings[:, 1] - readings[:, 0]
    p50, p95 = times.quantile(torch.tensor([0.5, 0.95], dtype=torch.float64), interpolation="nearest").tolist()
    mean = times.mean().item()
    return {"mean_s": mean, "p50_s": p50, "p95_s": p95, "throughput": x.size(0) / mean}
