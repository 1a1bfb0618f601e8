"""What this machine can do at best, measured once: bytes copied and floating-point operations a second.

The two lines of a roofline (S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model
for multicore architectures", Communications of the ACM 52, 2009): nothing that moves so many bytes and does so many
operations takes less time than either alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

COPIED = 256 << 20  # bytes: far more than any cache holds
SIDE = 2048  # of the matrices
TRIES = 7
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")}


@dataclass(frozen=True)
class Peaks:
    bandwidth: float  # bytes a second, read and written ones counted
    rate: float  # float32 operations a second (bfloat16 on a GPU), in a product of matrices

    def least_seconds(self, moved: float, work: float) -> float:
        """What nothing on this machine can undercut."""
        return max(moved / self.bandwidth, work / self.rate)


def peaks(device: str = "cpu") -> Peaks:
    """Measured in a process of its own, on one thread, the first time on this machine; kept in the user's cache."""
    path = platformdirs.user_cache_path("etude") / "machine.json"
    known = _known(path)
    key = f"{device} {_processor()}"
    if key not in known:
        command = [sys.executable, "-m", "etude.practice.machine", device]
        said = subprocess.run(command, env={**os.environ, **_ONE_THREAD}, capture_output=True, text=True, check=True)
        known[key] = json.loads(said.stdout)
        with contextlib.suppress(OSError):  # measured again the next time
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(known, indent=2) + "\n", "utf-8")
    return Peaks(**known[key])


def _known(path: Path) -> dict[str, dict[str, float]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def measure(device: str) -> Peaks:
    copy, product = _on_gpu() if device == "cuda" else _on_cpu()
    return Peaks(bandwidth=2 * COPIED / _least(copy), rate=2 * SIDE**3 / _least(product))


def _least(action: Callable[[], object]) -> float:
    def seconds() -> float:
        began = time.perf_counter()
        action()
        return time.perf_counter() - began

    return min(seconds() for _ in range(TRIES))


def _on_cpu() -> tuple[Callable[[], object], Callable[[], object]]:
    import numpy as np

    rng = np.random.default_rng(0)
    source = np.ones(COPIED // 4, np.float32)
    target = np.empty_like(source)
    left, right = rng.standard_normal((2, SIDE, SIDE), np.float32)
    return lambda: np.copyto(target, source), lambda: left @ right


def _on_gpu() -> tuple[Callable[[], object], Callable[[], object]]:
    import torch

    source = torch.ones(COPIED // 4, device="cuda")
    target = torch.empty_like(source)
    left, right = torch.randn(2, SIDE, SIDE, device="cuda", dtype=torch.bfloat16)

    def copy() -> None:
        target.copy_(source)
        torch.cuda.synchronize()

    def product() -> None:
        torch.mm(left, right)
        torch.cuda.synchronize()

    return copy, product


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1]))))
