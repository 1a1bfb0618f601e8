"""Does data from outside have the types that its dataclass declares? Constructors do not ask."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import Enum
from functools import cache
from math import isinf
from typing import Any

DEEPEST = 40
MOST = 1 << 64


def conforms(value: Any, kind: Any) -> bool:
    """`value` is of the annotated type `kind`, all through: dataclasses, tuples, dicts, unions, enums, plain values."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return any(conforms(value, option) for option in arguments)
    if origin is tuple:
        return type(value) is tuple and all(conforms(item, arguments[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(
            conforms(key, arguments[0]) and conforms(item, arguments[1]) for key, item in value.items()
        )
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return type(value) is kind and all(conforms(getattr(value, name), of) for name, of in _fields(kind))  # type: ignore[arg-type]
    if kind is float:
        return (type(value) is float and not isinf(value)) or conforms(value, int)
    if kind is int:
        return type(value) is int and abs(value) < MOST
    if kind is str:
        return type(value) is str and _is_whole(value)
    return isinstance(value, kind) if isinstance(kind, type) and issubclass(kind, Enum) else type(value) is kind


def is_shallow(value: Any, levels: int = DEEPEST) -> bool:
    """JSON that no reader's recursion fails on."""
    if isinstance(value, (list, dict)):
        items = value.values() if isinstance(value, dict) else value
        return levels > 0 and all(is_shallow(item, levels - 1) for item in items)
    return True


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


def _is_whole(text: str) -> bool:
    """No half of a surrogate pair, which cannot be written anywhere."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
