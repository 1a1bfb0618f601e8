"""Time against problem size, with the machine's roofline below it, as a PNG. Needs matplotlib (the extra `plots`)."""

from __future__ import annotations

import io
from statistics import median

from matplotlib.figure import Figure

from etude.practice.bench import Bench
from etude.practice.machine import Peaks

INCHES = (6.4, 4.2)
DPI = 150


def roofline_png(title: str, bench: Bench, peaks: Peaks) -> bytes:
    """One check's times at several sizes; both axes logarithmic."""
    figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    figure.patch.set_facecolor("white")
    axes = figure.add_subplot()
    timings = [timing for _, timing in bench.sizes]
    size = [timing.bytes / 1e6 for timing in timings]
    for label, series, colour, marker in (
        ("this attempt", [timing.answer for timing in timings], "#0a5fb4", "o"),
        ("the reference", [timing.reference for timing in timings], "#8a5a00", "s"),
    ):
        middle = [1e3 * median(timing.net(rounds)) for timing, rounds in zip(timings, series, strict=True)]
        axes.plot(size, middle, label=label, color=colour, marker=marker)
    bound = [1e3 * peaks.least_seconds(timing.bytes, timing.work) for timing in timings]
    axes.plot(size, bound, color="#555555", linestyle="--", label="no less is possible here")
    axes.fill_between(size, bound, [min(bound) / 3] * len(bound), color="#555555", alpha=0.12, linewidth=0)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_ylim(bottom=min(bound) / 3)
    axes.set_xticks(size, [f"{value:.3g}" for value in size])
    axes.set_xlabel("MB of inputs and outputs")
    axes.set_ylabel("milliseconds a call")
    axes.set_title(title, fontsize=11)
    axes.grid(True, which="major", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
