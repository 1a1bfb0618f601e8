"""What of an exception may leave the worker: its type, its message, and the candidate's own lines."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from types import TracebackType
from typing import Any

MAX_FRAMES = 20
MAX_BASES = 20
MAX_TEXT = 2_000

_NAME: Callable[[type], str] = type.__dict__["__name__"].__get__
_MRO: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_TRACEBACK: Callable[[BaseException], TracebackType | None] = BaseException.__dict__["__traceback__"].__get__
_PYTHONS_OWN = frozenset(id(kind) for kind in vars(builtins).values() if isinstance(kind, type))


def describe(error: BaseException, filename: str, lines: list[str]) -> dict[str, Any]:
    """A plain dict: type, names of its class and the classes above (all but Python's own with their module), message,
    the candidate's frames as (line, function, text), and where in a library it was raised, if it was there."""
    frames: list[tuple[int, str, str]] = []
    origin = ""
    for code_name, function, line in _walk(_TRACEBACK(error)):
        if code_name == filename:
            text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
            frames.append((line, function, text[:200]))
            origin = ""
        else:
            origin = f"{code_name.rsplit('/', 1)[-1]}:{function}"
    return {
        "type": _name(type(error)),
        "bases": [_full_name(base) for base in _MRO(type(error))[:MAX_BASES]],
        "message": _text(error),
        "frames": frames[:3] + frames[3:][-(MAX_FRAMES - 3) :],
        "origin": origin[:200],
    }


def _walk(traceback: TracebackType | None) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    while traceback is not None and len(found) < 5_000:
        code = traceback.tb_frame.f_code
        found.append((code.co_filename, code.co_name[:200], traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _name(kind: type) -> str:
    """The name as the class statement gave it, whatever its metaclass says."""
    return _NAME(kind)[:200]


def _full_name(kind: type) -> str:
    """`ValueError` is Python's own; the candidate's class of that name is `submission.ValueError`."""
    if id(kind) in _PYTHONS_OWN:
        return _name(kind)
    module = type.__dict__["__dict__"].__get__(kind).get("__module__")
    return f"{module[:100] if type(module) is str else '?'}.{_name(kind)}"


def _text(error: BaseException) -> str:
    """The message; none where it cannot be made."""
    try:
        return str.__str__(str(error))[:MAX_TEXT]
    except BaseException:
        return ""
