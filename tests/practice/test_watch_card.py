"""Watch mode's scorecard on screens of many sizes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from rich.text import Text

from etude.catalog import Catalog
from etude.practice.watch.messages import Graded, Key
from etude.practice.watch.state import WatchState
from etude.render.watch import watch_frame
from etude.report import Category, CheckResult, Rationale, Status
from tests.practice.watch_messages import after, begun, graded, saved


@pytest.fixture
def double(mini_bank: Catalog) -> WatchState:
    return begun(mini_bank, "double")


def screen(state: WatchState, lines: int, encoding: str = "utf-8") -> tuple[str, int]:
    """What a terminal of 80 columns shows, and how far it can be scrolled."""
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding), width=80, height=lines, force_terminal=True)
    frame, furthest = watch_frame(state, console)
    with console.capture() as capture:
        console.print(frame, end="")
    shown = Text.from_ansi(capture.get()).plain
    assert len(shown.splitlines()) == lines
    return shown, furthest


def missed(*lengths: int) -> Graded:
    """A verdict: for each check that was missed, so many lines of details."""
    message = graded("a", *(not length for length in lengths))
    checks = [
        replace(
            check, rationale=Rationale(f"problem {n}", given="\n".join(f"given {n}.{i}" for i in range(length - 2)))
        )
        if length
        else check
        for n, (check, length) in enumerate(zip(message.report.checks, lengths, strict=True))
    ]
    return replace(message, report=replace(message.report, checks=tuple(checks)))


def test_as_many_failed_checks_are_told_in_detail_as_there_is_room_for(double: WatchState) -> None:
    state = after(double, saved("a"), missed(0, 8, 8, 8))
    for lines, told in ((60, "123"), (32, "12"), (24, "1")):
        shown, furthest = screen(state, lines)
        assert [n for n in "123" if f"problem {n}" in shown] == [*told]
        assert (furthest > 0) == ("↑ ↓ more" in shown) == (told != "123")


def test_a_small_screen_scrolls_through_all_of_it(double: WatchState) -> None:
    state = first = after(double, saved("a"), missed(0, 12, 8))
    shown, furthest = screen(state, 20)
    assert "more lines" in shown
    seen = shown
    for _ in range(furthest):
        state = after(state, Key("down"))
        shown, _ = screen(state, 20)
        seen += shown
    assert "more lines" not in shown
    assert "1 check passed" in shown or "It is 0." in shown
    for part in (*(f"given 1.{i}" for i in range(10)), *(f"given 2.{i}" for i in range(6))):
        assert part in seen
    assert "q quit" in shown
    assert screen(after(state, *[Key("page up")] * 9), 20) == screen(first, 20)


def test_while_it_is_timed_there_are_no_full_marks_yet(double: WatchState) -> None:
    message = graded("a", True, True, final=False)
    skipped = Rationale("speed checks were not asked for")
    speed = CheckResult("test_speed", "It is fast.", Category.SPEED, 2, Status.SKIPPED, 0.0, skipped, counts=False)
    message = replace(message, report=replace(message.report, checks=(*message.report.checks, speed)))
    shown, _ = screen(after(double, saved("a"), message), 40)
    assert "being timed…" in shown
    assert "2 of 4 points" in shown
    assert "full marks" not in shown.lower()
    assert "being timed..." in screen(after(double, saved("a"), message), 40, "ascii")[0]

    failed = replace(message.report.checks[0], status=Status.FAILED)
    message = replace(message, report=replace(message.report, checks=(failed, *message.report.checks[1:])), final=True)
    shown, _ = screen(after(double, saved("a"), message), 40)
    assert "timed once all else passes" in shown
    assert "1 of 2 points" in shown
