"""Lines of code and of values in a narrow column: what is folded goes on further right than its line began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text

NARROWEST = 20  # what is left to code in deeply indented lines that are folded
FOLDED = 4  # how much further the rest of a folded line is indented


def folded(line: Text, width: int, console: Console, further: int = FOLDED) -> Text:
    """A line in `width` columns."""
    if cell_len(line.plain) <= width:
        return line
    code = line.plain.lstrip()
    indent = min(len(line.plain) - len(code), max(width - NARROWEST - further, 0))
    pieces = line[len(line.plain) - len(code) :].wrap(console, width - indent - further)
    first, *rest = pieces
    return Text("\n").join([Text(" " * indent) + first, *(Text(" " * (indent + further)) + piece for piece in rest)])


@dataclass(frozen=True)
class Hanging:
    """Text whose lines are folded so."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for line in self.text.split("\n"):
            yield folded(line, options.max_width, console, further=2)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.text)
