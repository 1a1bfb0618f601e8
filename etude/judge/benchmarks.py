"""Measured times as pytest-benchmark's own objects, so that its tools (JSON, comparison, histograms) see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pytest_benchmark.stats import Metadata

from etude.report import Timing


@dataclass(frozen=True)
class Benchmark:
    """What pytest-benchmark asks of the fixture that measured; `data` are seconds a call."""

    name: str
    fullname: str
    group: str
    data: tuple[float, ...]
    extra_info: dict[str, Any] = field(default_factory=dict)
    param: None = None
    params: None = None
    cprofile_stats: None = None
    has_error: bool = False

    def metadata(self) -> Metadata:
        options = {"disable_gc": False, "timer": "perf_counter", "min_rounds": len(self.data), "warmup": True}
        found = Metadata(self, iterations=1, options=options)  # type: ignore[no-untyped-call]
        for seconds in self.data:
            found.update(seconds)  # type: ignore[no-untyped-call]
        return found

    def as_dict(self) -> dict[str, Any]:
        """As pytest-benchmark writes it to JSON."""
        found: dict[str, Any] = self.metadata().as_dict()  # type: ignore[no-untyped-call]
        return found


def benchmarks_of(fullname: str, timing: Timing) -> tuple[Benchmark, Benchmark]:
    """The answer's times and the reference's, in one group."""
    name = fullname.rpartition("::")[2]
    info = {"ratio": timing.ratio, "threshold": timing.threshold, "low": timing.low, "high": timing.high}
    answer = tuple(seconds / timing.calls for seconds in timing.answer)
    reference = tuple(seconds / timing.calls for seconds in timing.reference)
    return (
        Benchmark(name, fullname, name, answer, info),
        Benchmark(f"{name}[reference]", f"{fullname}[reference]", name, reference),
    )
