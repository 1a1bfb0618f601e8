"""The texts of question files: `{name}`, `{name[0]}` and `{name:.3g}` are filled in; a literal brace is doubled."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any

_FIELD = re.compile(r"([^\W\d]\w*)((?:\[\d{1,3}\])*)")
_SPEC = re.compile(r"[+ ]?0?\d{0,2}[,_]?(?:\.\d{1,2})?[bdeEfFgGsxX%]?")  # as Python's, and never wider than a line


class TemplateError(Exception):
    """What is wrong with a text, in words that follow its name."""


def fields_of(text: str) -> set[str]:
    """The names that it asks for; TemplateError where a field is not one of the three forms."""
    return {match[1] for _, match, _ in _parts(text) if match}


def fill(text: str, values: Mapping[str, Any]) -> str:
    return "".join(literal + (_shown(match, spec, values) if match else "") for literal, match, spec in _parts(text))


def shown_forms(text: str, name: str, values: Mapping[str, Any]) -> list[str]:
    """How each field of that name reads when it is filled in."""
    return [_shown(match, spec, values) for _, match, spec in _parts(text) if match and match[1] == name]


def plain(value: object) -> str:
    """A value where no format is asked for: a fraction with six digits, since 0.1 + 0.2 is nobody's answer."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(plain(item) for item in value)}]"
    return str(value)


def _parts(text: str) -> list[tuple[str, re.Match[str] | None, str]]:
    """The literal before each field, the field, and its format."""
    parts = []
    try:
        for literal, field, spec, conversion in string.Formatter().parse(text):
            match = _FIELD.fullmatch(field) if field is not None else None
            if field is not None and (match is None or conversion or not _SPEC.fullmatch(spec or "")):
                raise TemplateError(f"holds the field {{{field}{':' if spec else ''}{spec}}}, which names no value")
            parts.append((literal, match, spec or ""))
    except ValueError as error:
        raise TemplateError(f"has a brace without its partner ({error})") from None
    return parts


def _shown(match: re.Match[str], spec: str, values: Mapping[str, Any]) -> str:
    name, places = match[1], re.findall(r"\d+", match[2])
    try:
        value = values[name]
        for place in places:
            value = value[int(place)]
        return format(value, spec) if spec else plain(value)
    except (LookupError, TypeError, ValueError) as error:
        raise TemplateError(f"cannot show {{{match[0]}{':' if spec else ''}{spec}}} ({error})") from None
