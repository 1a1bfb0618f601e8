"""`etude bench` in the terminal: the times of a speed check side by side."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from etude.practice.bench import Bench, Row
from etude.practice.machine import Peaks
from etude.render.terminal import duration
from etude.render.visible import visible_line


def render_bench(bench: Bench, peaks: Peaks | None) -> Iterator[RenderableType]:
    timing = bench.check.timing
    assert timing is not None
    yield Text(visible_line(bench.check.description), "bold")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True)
    for heading in ("median", "fastest", "spread"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("times the reference's", justify="right")  # folds where there is little room
    for row in bench.rows:
        table.add_row(row.who, duration(row.median), duration(row.least), f"± {duration(row.spread)}", _ratio(row))
    yield table
    yield Text("Times of a call, without the transfer to the judge and back.", "dim")
    if peaks is not None and timing.bytes:
        least = peaks.least_seconds(timing.bytes, timing.work)
        own = bench.rows[1].median
        yield Text(
            f"Moving {timing.bytes / 1e6:.3g} MB{_work(timing.work)} takes this machine at least {duration(least)} "
            f"a call: this attempt reaches {least / own:.0%} of that.",
            "dim",
        )
    yield Text()


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return "1"
    between = "" if row.low is None or row.high is None else f" ({row.low:.2f} to {row.high:.2f})"
    return f"{row.ratio:.2f}{between}"


def _work(work: float) -> str:
    return f" and doing {work / 1e9:.3g} billion operations" if work else ""
