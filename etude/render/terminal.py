"""A Report as a scorecard for people.

Everything that came from the candidate passes through `visible` and is printed as rich.text.Text, never as markup: an
answer can neither colour the scorecard nor overwrite a line of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from etude.render.hanging import Hanging
from etude.render.visible import bounded, visible, visible_line
from etude.report import NOT_YET, CheckResult, Isolation, Rationale, Report, Status, Timing

WIDEST = 110  # lines longer than this are hard to read, whatever the terminal
LABEL = len("difference")  # columns: the longest
VALUE_LINES, TRACEBACK_LINES, OUTPUT_LINES = 12, 24, 12


class _Look(NamedTuple):
    mark: str
    plain_mark: str  # where the terminal's encoding has no ✓
    style: str


_LOOKS = {
    Status.PASSED: _Look("✓", "+", "green"),
    Status.FAILED: _Look("✗", "x", "red"),
    Status.ERROR: _Look("!", "!", "yellow"),
    Status.SKIPPED: _Look("–", "-", "dim"),
}
_PARTIAL = _Look("◐", "~", "yellow")
_SHARES = {"half": "half of the points", "quarter": "a quarter of them"}
_AS_WRITTEN = frozenset({"given", "returned", "wanted", "your code"})  # code and values, whose indent says something
_ROW_STYLES = {"returned": "red", "wanted": "green", "help": "cyan"}


def render_report(report: Report, console: Console, figures: Mapping[str, Path] | None = None) -> None:
    """`figures` says under which name the figure of a check lies."""
    width = min(console.width, WIDEST)
    unicode = console.encoding.lower().startswith("utf")
    rule = Rule(style="dim", characters="─" if unicode else "-")
    checks = _checks(report, unicode, figures or {})
    for part in (
        *_header(report, width),
        rule,
        *problem(report),
        *checks,
        *misconception(report),
        rule,
        *total(report),
    ):
        console.print(part, width=width, highlight=False, crop=False)


def _header(report: Report, width: int) -> Iterator[RenderableType]:
    exercise, submission = visible_line(report.exercise), visible_line(report.submission)
    room = max(width - len(exercise) - 2, 12)
    if len(submission) > room:
        submission = f"…{submission[1 - room :]}"  # the end of a path says most
    title = Table.grid(expand=True, padding=(0, 2))
    title.add_column(no_wrap=True)
    title.add_column(justify="right", overflow="fold")
    title.add_row(Text(exercise, "bold"), Text(submission))
    yield Text()
    yield title
    yield Text(facts(report), "yellow" if report.isolation.level == "process" else "dim")


def facts(report: Report) -> str:
    """How it was graded, in a line."""
    seed = [] if report.seed is None else [f"seed {report.seed}"]
    return " · ".join([_isolation(report.isolation), report.hardware or report.device, *seed])


def _isolation(isolation: Isolation) -> str:
    lacks = ", ".join(isolation.lacks)
    if isolation.level == "none":
        return lacks
    return f"{isolation.level} isolation: {lacks}" if lacks else f"{isolation.level} isolation"


def problem(report: Report) -> Iterator[RenderableType]:
    """Why the answer could not be loaded at all."""
    if report.problem is not None:
        yield Text("The answer could not be loaded, and no check was run.", "bold yellow")
        yield from _details(report.problem, None, "")


def misconception(report: Report) -> Iterator[RenderableType]:
    """What the answer's author seems to believe, and what to think of instead."""
    if (found := report.misconception) is not None:
        yield Text()
        yield Text(f"This looks like a known fault: {visible_line(found.fault)}", "bold")
        grid = _grid()
        grid.add_row("belief", Text(visible(found.belief)))
        grid.add_row("advice", Text(visible(found.advice), "cyan"))
        yield _indented(grid)


def _checks(report: Report, unicode: bool, figures: Mapping[str, Path]) -> Iterator[RenderableType]:
    if _is_a_stub(report):
        yield Text("This is the stub: write your answer where it raises NotImplementedError, and grade it.", "yellow")
        return
    raised: set[tuple[str, str]] = set()
    for check in report.checks if report.problem is None else ():
        yield headline(check, unicode)
        yield from details(_without_repetition(check, raised), figures.get(check.name))


def _is_a_stub(report: Report) -> bool:
    """Whether no check met anything but what a stub raises: each would say the same."""
    met = [check for check in report.checks if check.status is not Status.SKIPPED]
    return bool(met) and all(check.rationale is not None and check.rationale.problem == NOT_YET for check in met)


def _without_repetition(check: CheckResult, raised: set[tuple[str, str]]) -> CheckResult:
    """What was raised at one line is shown in full once: a stub would else fill the screen many times over."""
    why = check.rationale
    if why is None or why.traceback is None:
        return check
    if (why.problem, why.traceback) not in raised:
        raised.add((why.problem, why.traceback))
        return check
    if why.problem == NOT_YET:  # its mark says so
        return dataclasses.replace(check, rationale=None, help=None)
    return dataclasses.replace(check, rationale=Rationale(why.problem))


def details(check: CheckResult, figure: Path | None = None) -> Iterator[RenderableType]:
    """What there is to say of a check below its headline."""
    if check.timing is not None:
        yield _indented(Text(timing_line(check.timing), "dim"))
    if check.status is Status.SKIPPED and check.rationale is not None:
        yield _indented(Text(visible(bounded(check.rationale.problem, VALUE_LINES)), "dim"))
    elif check.partial and check.help is not None:
        yield from _details(None, check.help, "")
    elif check.status in (Status.FAILED, Status.ERROR):
        yield from _details(check.rationale, check.help, check.output, figure)


def headline(check: CheckResult, unicode: bool, change: str = "") -> Table:
    """One line or so; `change` says how the check has changed since the grading before."""
    look = _PARTIAL if check.partial else _LOOKS[check.status]
    style = "" if check.status is Status.PASSED else "dim" if look.style == "dim" else "bold"
    line = Table.grid(expand=True, padding=(0, 1, 0, 0))
    line.add_column(width=1)
    line.add_column(ratio=1, overflow="fold")
    if change:
        line.add_column(no_wrap=True)
    line.add_column(width=5, justify="right", no_wrap=True)
    line.add_column(width=8, justify="right", no_wrap=True)
    line.add_row(
        Text(look.mark if unicode else look.plain_mark, look.style),
        Text(visible_line(check.description), style),
        *([Text(change, f"bold {look.style}")] if change else []),
        Text(f"{check.earned}/{check.points}" if check.counts else "n/a", "dim" if not check.counts else look.style),
        Text(duration(check.seconds) if check.seconds else "", "dim"),
    )
    return line


def timing_line(timing: Timing) -> str:
    lower = "".join(f", {at_most:g} for {_SHARES[name]}" for name, at_most in timing.lower)
    interval = "" if timing.low is None or timing.high is None else f" ({timing.low:.2f} to {timing.high:.2f})"
    close = "" if timing.decided else "; too close to call, and so in your favour"
    return (
        f"{timing.ratio:.2f} times the reference's time{interval}, at most {timing.threshold:g} allowed{lower}: "
        f"{duration(timing.answer_median)} against {duration(timing.reference_median)}, "
        f"median of {timing.rounds} rounds{close}"
    )


def _details(
    rationale: Rationale | None, help: str | None, output: str, figure: Path | None = None
) -> Iterator[RenderableType]:
    """What happened, under its check: the problem, then a labelled row for each thing there is to say of it."""
    if rationale is not None:
        yield _indented(Text(visible(bounded(rationale.problem, VALUE_LINES))))
    grid = _grid()
    for label, value in detail_rows(rationale, help, output):
        text = Text(visible(value), _ROW_STYLES.get(label, ""))
        grid.add_row(label, Hanging(text) if label in _AS_WRITTEN else text)
    if grid.row_count:
        yield _indented(grid)
    if figure is not None:  # on one line, however long: to be copied
        label = f"  {'figure':<{LABEL}}  "
        path = Text.assemble((label, "dim"), visible_line(str(figure)), no_wrap=True, overflow="ignore")
        yield Group(path)  # a bare Text loses its overflow as it is printed
    if rationale or grid.row_count:
        yield Text()


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", width=LABEL)
    grid.add_column(overflow="fold")
    return grid


def detail_rows(rationale: Rationale | None, help: str | None, output: str) -> list[tuple[str, str]]:
    """A label and a text for each thing there is to say, cut to a length that can be read; not yet made visible."""
    rows: list[tuple[str, str | None, int]] = []
    if rationale is not None:
        rows = [
            ("given", rationale.given, VALUE_LINES),
            ("returned", rationale.returned, VALUE_LINES),
            ("wanted", rationale.wanted, VALUE_LINES),
            ("difference", rationale.difference, VALUE_LINES),
            ("your code", rationale.traceback, TRACEBACK_LINES),
        ]
    rows += [("printed", output.rstrip("\n"), OUTPUT_LINES), ("help", help, VALUE_LINES)]
    return [(label, bounded(value, lines)) for label, value, lines in rows if value]


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def total(report: Report) -> Iterator[RenderableType]:
    """The points, as a number and as a bar, which gives way where there is little room."""
    style = "green" if report.full_marks else "red" if report.score == 0 else "yellow"
    seconds = duration(report.seconds)
    line = Table.grid(expand=True, padding=(0, 2, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(max_width=30)
    line.add_column(no_wrap=True)
    line.add_column(width=len(seconds), ratio=1, justify="right", no_wrap=True)
    line.add_row(
        Text(f"{report.score} of {report.maximum} points", f"bold {style}"),
        ProgressBar(total=max(report.maximum, 1), completed=report.score, complete_style=style, finished_style=style),
        Text(verdict(report), style),
        Text(seconds, "dim"),
    )  # fmt: skip
    yield line


def verdict(report: Report) -> str:
    if not report.full_marks:
        return percent(report.fraction)
    return "full marks" if report.maximum == report.possible else "all of what was asked"


def duration(seconds: float) -> str:
    """About three figures: 51.0 µs, 8.40 ms, 1.24 s."""
    unit, size = next(((u, n) for u, n in (("s", 1.0), ("ms", 1e-3)) if seconds >= n), ("µs", 1e-6))
    value = seconds / size
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"


def percent(fraction: float) -> str:
    """Rounded down: 100% is said of full marks only."""
    return f"{int(fraction * 100 + 1e-9)}%"
