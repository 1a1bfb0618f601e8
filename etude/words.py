"""How things are put into words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 answer`, `1,000 answers`: for a noun whose plural ends in s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
