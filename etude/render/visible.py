"""Text from a candidate made safe to print: what a terminal would obey or hide is written out."""

from __future__ import annotations

import unicodedata

# Cc control (ANSI escapes begin with one), Cf format (reverses the direction of text), Cs lone surrogates, Zl and Zp
# line separators, Co and Cn what no font shows.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """`text` with tabs expanded, newlines kept and every other control character as its Python escape."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").expandtabs(4)
    if lines.replace("\n", "").isprintable():
        return lines
    return "".join(c if c == "\n" or unicodedata.category(c) not in _HIDDEN else _escape(c) for c in lines)


def visible_line(text: str) -> str:
    """The same on one line."""
    return visible(text).replace("\n", "\\n")


def bounded(text: str, lines: int, characters: int = 4000) -> str:
    """The first `lines` lines and `characters` of `text`, with a last line that says what was left out."""
    kept = text[:characters].split("\n")[:lines]
    head = "\n".join(kept)
    if head == text:
        return text
    left = text.count("\n") + 1 - len(kept)
    return f"{head}\n… {left} more line{'s' * (left > 1)}" if left else f"{head} …"


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
