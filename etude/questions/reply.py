"""What a learner types in answer to a quick question, as a number."""

from __future__ import annotations

import re

from etude.questions.question import Posed

_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,30})?(?:\.\d{0,30})?)(?:e([+-]?\d{1,3}))?", re.IGNORECASE)
_LETTERS = "abcde"


class ReplyError(Exception):
    """Why it cannot be taken for an answer, in words for the learner."""


def read_reply(text: str, posed: Posed) -> float:
    """A number, or a choice from 0; ReplyError where it is neither."""
    return read_choice(text, len(posed.choices)) if posed.choices else read_number(text, posed.unit)


def read_choice(text: str, count: int) -> int:
    """By its number from 1, or its letter."""
    typed = text.strip().rstrip(".)").lower()
    if len(typed) == 1 and (place := _LETTERS[:count].find(typed)) >= 0:
        return place
    if typed.isascii() and typed.isdecimal() and len(typed) < 3 and 1 <= int(typed) <= count:
        return int(typed) - 1
    raise ReplyError(f"type a number from 1 to {count}")


def read_number(text: str, unit: str = "") -> float:
    """`0.5`, `1e-3`, `1,024`, `3/4` or `50 %`; the question's own unit may follow."""
    typed = text.strip().replace("−", "-")
    if unit and typed.lower().endswith(unit.lower()):
        typed = typed[: -len(unit)]
        percent = False
    else:
        percent = typed.endswith("%")
        typed = typed.removesuffix("%")
    over, slash, under = typed.partition("/")
    value = _number(over)
    if slash:
        divisor = _number(under)
        if divisor == 0:
            raise ReplyError("nothing can be divided by 0")
        value /= divisor
    return value / 100 if percent else value


def _number(text: str) -> float:
    typed = text.strip().replace("_", "")
    match = _NUMBER.fullmatch(typed)
    if match is None or not any(character.isdigit() for character in match[1]):
        raise ReplyError("type a number, like 0.5, 1e-3, 3/4 or 1,024")
    digits = match[1].replace(",", "")
    return float(f"{digits}e{match[2]}") if match[2] else float(digits)
