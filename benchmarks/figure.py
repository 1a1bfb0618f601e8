"""One figure: what was measured, beside what, and whether it is within its target."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

RUNS = 7
LOOP = "sum(i * i for i in range(8_000_000))"


@dataclass(frozen=True)
class Figure:
    what: str
    measured: float
    unit: str
    beside: str
    ratio: float | None
    target: str
    met: bool | None  # None: there is no target

    def row(self) -> list[str]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        return [
            self.what,
            f"{self.measured:.3g} {self.unit}",
            self.beside,
            ratio,
            self.target,
            "" if self.met is None else "yes" if self.met else "NO",
        ]


def alternate(*actions: Callable[[], float], runs: int = RUNS) -> list[list[float]]:
    """Each action's figures from `runs` rounds of all of them in turn, after one that does not count."""
    for action in actions:
        action()
    rounds = [[action() for action in actions] for _ in range(runs)]
    return [list(column) for column in zip(*rounds, strict=True)]


def median_ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """The median over the rounds of first / second."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def process_seconds(arguments: Sequence[str], **options: object) -> Callable[[], float]:
    """How long a Python process of its own takes, as an action for `alternate`."""

    def run() -> float:
        command = [sys.executable, *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        return seconds(lambda: subprocess.run(command, check=True, **quiet))  # type: ignore[call-overload]

    return run


def loops(count: int) -> Callable[[], float]:
    """How long so many processes take at once that need nothing but a core each: nothing else can scale better."""

    def run() -> float:
        began = time.perf_counter()
        processes = [subprocess.Popen([sys.executable, "-I", "-c", LOOP]) for _ in range(count)]
        for process in processes:
            if process.wait():
                raise RuntimeError(f"a loop ended with {process.returncode}")
        return time.perf_counter() - began

    return run
