"""Pairs of answers that are alike, side by side, as one page. No script, no network; light or dark as the reader has
it. Whatever a student wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from etude.batch.similarity import CAUTION, METHOD, SHOWN, Comparison, Side, line_ranges, text_lines
from etude.render.pages import environment
from etude.render.terminal import percent
from etude.render.visible import visible_line

LONGEST_LINE, MOST_LINES = 200, 400  # of an answer, shown
CONTEXT = 3  # lines before and after what is alike
_LEFT_OUT = ("   ⋮", "", False)


def similar_page(title: str, comparisons: Sequence[Comparison], at_least: float) -> str:
    pages = environment(percent=percent, ranges=line_ranges, excerpt=_excerpt)
    return pages.get_template("similar.html").render(
        title=title, comparisons=comparisons, at_least=at_least, caution=CAUTION, method=METHOD, shown=SHOWN,
    )  # fmt: skip


def _excerpt(side: Side) -> list[tuple[str, str, bool]]:
    """The lines in and around what is alike: number, text, and whether the line is also in the other answer."""
    lines = text_lines(side.source)
    marked = {line for first, last in side.lines for line in range(first, last + 1)}
    near = {line + step for line in marked for step in range(-CONTEXT, CONTEXT + 1) if 1 <= line + step <= len(lines)}
    shown: list[tuple[str, str, bool]] = []
    before = 0
    for number in sorted(near)[:MOST_LINES]:
        if number > before + 1:
            shown.append(_LEFT_OUT)
        text, before = lines[number - 1], number
        cut = " …" if len(text) > LONGEST_LINE else ""
        shown.append((f"{number:4}", visible_line(text[:LONGEST_LINE]) + cut, number in marked))
    return [*shown, _LEFT_OUT] if before < len(lines) else shown
