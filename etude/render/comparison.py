"""The learner's code beside the reference: in two columns where there is room for them, else one line under another.

A changed line is bold and carries a mark, so that it is found without colours, on light and dark backgrounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import NamedTuple

from pygments.token import Comment, Keyword, Number, Operator, String, Token  # type: ignore[import-untyped,unused-ignore]
from rich.console import Console
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

from etude.render.hanging import folded
from etude.render.visible import visible, visible_line

TWO_COLUMNS = 100  # the narrowest console that has them
WIDEST_COLUMN = 90
SIMILAR = 0.6  # the ratio from which on two lines are one that was changed
MOST_PAIRS = 20_000  # of lines that are looked at; an answer of another size altogether is no change of the reference
_MARKS = {"-": "red", "+": "green", "~": "yellow"}
CODE = ANSISyntaxTheme(
    {
        Token: Style(),
        Comment: Style(dim=True),
        String: Style(color="green"),
        String.Doc: Style(dim=True),
        Number: Style(color="cyan"),
        Keyword: Style(color="cyan"),
        Operator.Word: Style(color="cyan"),
    }
)


class _Row(NamedTuple):
    mark: str  # ` ` the same in both, `~` similar, `±` only in the one or only in the other
    own: Text | None
    reference: Text | None


def render_comparison(own: str, origin: str, reference: str, console: Console) -> None:
    """`origin` says what `own` is."""
    console.print(Text(f"Yours: {visible_line(origin)}.", "dim"))
    rows = [*_rows(_highlighted(own), _highlighted(reference))]
    if console.width >= TWO_COLUMNS:
        _side_by_side(rows, console)
    else:
        _unified(rows, console)


def _highlighted(code: str) -> list[Text]:
    lines = [*Syntax("", "python", theme=CODE).highlight(visible(code).strip("\n")).split("\n")]
    for line in lines:
        line.rstrip()
    return lines


def _rows(own: list[Text], reference: list[Text]) -> Iterator[_Row]:
    before, after = [line.plain for line in own], [line.plain for line in reference]
    i = j = 0
    for mark, i_next, j_next in _pairs(before, after):
        yield from (_Row("±", *both) for both in zip_longest(own[i:i_next], reference[j:j_next]))
        if mark:
            yield _Row(mark, own[i_next], reference[j_next])
        i, j = i_next + 1, j_next + 1


def _pairs(own: list[str], reference: list[str]) -> Iterator[tuple[str, int, int]]:
    """The lines that stand side by side, in order; last, without a mark, the end of both."""
    matcher = SequenceMatcher(lambda line: not line, own, reference, autojunk=False)  # an empty line links nothing
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        pairs = [(k, k) for k in range(i_end - i)] if tag == "equal" else _similar(own[i:i_end], reference[j:j_end])
        for a, b in pairs:
            yield " " if own[i + a] == reference[j + b] else "~", i + a, j + b
    yield "", len(own), len(reference)


def _similar(own: list[str], reference: list[str]) -> list[tuple[int, int]]:
    """Pairs of similar lines that do not cross, the most similar chosen first."""
    if len(own) * len(reference) > MOST_PAIRS:
        return []
    candidates = []
    for j, line in enumerate(reference):
        matcher = SequenceMatcher(None, b=line.strip(), autojunk=False)
        for i, other in enumerate(own):
            matcher.set_seq1(other.strip())
            likely = matcher.real_quick_ratio() >= SIMILAR and matcher.quick_ratio() >= SIMILAR
            if likely and (ratio := matcher.ratio()) >= SIMILAR:
                candidates.append((-ratio, i, j))
    chosen: list[tuple[int, int]] = []
    for _, i, j in sorted(candidates):
        if all((i < a and j < b) or (i > a and j > b) for a, b in chosen):
            chosen.append((i, j))
    return sorted(chosen)


def _side_by_side(rows: list[_Row], console: Console) -> None:
    column = min((console.width - 7) // 2, WIDEST_COLUMN)  # two marks, a line between, and their spaces
    line = "│" if console.encoding.lower().startswith("utf") else "|"
    table = Table.grid(padding=(0, 1, 0, 0))
    for width in (1, column, 1, 1, column):
        table.add_column(width=width)
    table.add_row("", Text("yours", "bold"), Text(line, "dim"), "", Text("the reference", "bold"))
    for row in rows:
        own, reference = (_folded(text, row.mark, column, console) for text in (row.own, row.reference))
        height = max(own.plain.count("\n"), reference.plain.count("\n")) + 1
        between = Text("\n".join([line] * height), "dim")
        left = row.mark.replace("±", "-" if row.own else " ")
        right = row.mark.replace("±", "+" if row.reference else " ")
        table.add_row(_mark(left), own, between, _mark(right), reference)
    console.print(table)


def _unified(rows: list[_Row], console: Console) -> None:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=console.width - 3)
    table.add_row(_mark("-"), Text("yours", "bold"))
    table.add_row(_mark("+"), Text("the reference", "bold"))
    table.add_row()
    for same, run in groupby(rows, lambda row: row.mark == " "):
        changed = [*run]
        lines = [("-", row.own) for row in changed] + [("+", row.reference) for row in changed]
        for mark, text in [(" ", row.own) for row in changed] if same else lines:
            if text is not None:
                table.add_row(_mark(mark), _folded(text, mark, console.width - 3, console))
    console.print(table)


def _mark(mark: str) -> Text:
    return Text(mark, f"bold {_MARKS[mark]}") if mark != " " else Text()


def _folded(line: Text | None, mark: str, width: int, console: Console) -> Text:
    """A line of code in `width` columns; bold where it was changed."""
    if line is None:
        return Text()
    line = line.copy()
    if mark != " ":
        line.stylize("bold")
    return folded(line, width, console)
