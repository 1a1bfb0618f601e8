from torch import Tensor, nn


def benchmark_model(model: nn.Module, x: Tensor, warmup: int = 10, runs: int = 100) -> dict[str, float]:
    """Time `model(x)` in evaluation mode and without autograd: `warmup` calls untimed, then `runs` calls timed.

    x: (N, ...), a batch of N samples.

    Returns mean_s, p50_s, p95_s (seconds a run) and throughput (samples a second).
    ValueError for runs < 1 or warmup < 0.
    """
    raise NotImplementedError
