"""The GPU of this machine, if it has one that answers."""

from __future__ import annotations

import functools
import shutil
import subprocess
from dataclasses import dataclass

_QUERY = ("--query-gpu=name,driver_version", "--format=csv,noheader")
_SECONDS = 10.0
PRECISION = "float32 products in float32 (no TF32)"  # torch's own default, which a worker starts with


@dataclass(frozen=True)
class Gpu:
    name: str
    driver: str

    def __str__(self) -> str:
        return f"{self.name}, driver {self.driver}"


@functools.cache
def gpus() -> tuple[Gpu, ...]:
    """As NVIDIA's own tool lists them; empty where it is not there or does not answer."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    try:
        answer = subprocess.run(
            [tool, *_QUERY], capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    fields = (line.partition(",") for line in answer.stdout.splitlines() if line.strip())
    return tuple(Gpu(name.strip(), driver.strip()) for name, _, driver in fields)
