"""Renderables as lines, to be counted, cut and put together to a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.segment import Segment
from rich.text import Text

from etude.render.terminal import WIDEST

Lines = list[list[Segment]]
ROOMY = 16  # lines: a screen with fewer leaves out what only looks well
_PLAIN = str.maketrans(
    {"…": "...", "·": "-", "↑": "up", "↓": "down", "“": '"', "”": '"', "−": "-", "›": ">", "±": "+-"}
)


class Paper:
    """Turns renderables into lines of the console's width."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.height, self.width = console.height, min(console.width, WIDEST)
        self.roomy = self.height >= ROOMY
        self.unicode = console.encoding.lower().startswith("utf")

    def lines(self, parts: Iterable[RenderableType]) -> Lines:
        options = self._console.options.update(width=self.width, highlight=False, height=None)
        return [line for part in parts for line in self._console.render_lines(part, options, pad=False)]

    def printed(self, render: Callable[[], None]) -> Lines:
        """What `render` prints on the console."""
        with self._console.capture() as capture:
            render()
        text = Text.from_ansi(capture.get())
        return self.lines(Text(no_wrap=True, overflow="crop").append_text(line) for line in text.split("\n"))

    def rule(self) -> Rule:
        return Rule(style="dim", characters="─" if self.unicode else "-")

    def plain(self, text: str) -> str:
        """Without the characters that this terminal may not have."""
        return text if self.unicode else text.translate(_PLAIN)

    def dim(self, text: str) -> Text:
        return Text(self.plain(text), "dim", no_wrap=True, overflow="ellipsis")

    def cut(self, lines: Lines, room: int) -> Lines:
        """The first of them, and a line that says how many are left out."""
        if len(lines) <= room:
            return lines
        left = len(lines) - room + 1
        return [*lines[: room - 1], *self.lines([self.dim(f"… {left} more lines")])[:1]]
