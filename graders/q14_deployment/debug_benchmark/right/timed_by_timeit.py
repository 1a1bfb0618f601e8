"""timeit: its default timer is time.perf_counter; the device waits in its setup. Modes in a dict."""
import timeit
from statistics import median_low

import torch


def benchmark_model(model, x, warmup=10, runs=100):
    if not (runs >= 1 and warmup >= 0):
        raise ValueError(f"{runs=} {warmup=}")
    before = {m: m.training for m in model.modules()}

    wait = torch.cuda.synchronize if x.is_cuda else "pass"

    def call():
        model(x)
        if x.is_cuda:
            torch.cuda.synchronize()

    try:
        for m in before:
            m.training = False
        grad = torch.is_grad_enabled()
        torch.set_grad_enabled(False)
        try:
            for _ in range(warmup):
                call()
            t = sorted(timeit.repeat(call, setup=wait, number=1, repeat=runs))
        finally:
            torch.set_grad_enabled(grad)
    finally:
        for m, mode in before.items():
            m.training = mode
    mean = sum(t) / runs
    return dict(mean_s=mean, p50_s=median_low(t), p95_s=t[-(-95 * runs // 100) - 1], throughput=x.size(0) / mean)
