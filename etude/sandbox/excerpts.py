"""What of an exception may leave the worker: its type, its message, and the candidate's own lines."""

from __future__ import annotations

from types import TracebackType
from typing import Any

MAX_FRAMES = 20
MAX_TEXT = 2_000


def describe(error: BaseException, filename: str, lines: list[str]) -> dict[str, Any]:
    """A plain dict: type, names of the base classes, message, the candidate's frames as (line, function, text), and
    where in a library the exception was raised, if it was there."""
    frames: list[tuple[int, str, str]] = []
    origin = ""
    for code_name, function, line in _walk(error.__traceback__):
        if code_name == filename:
            text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
            frames.append((line, function, text[:200]))
            origin = ""
        else:
            origin = f"{code_name.rsplit('/', 1)[-1]}:{function}"
    return {
        "type": type(error).__name__[:200],
        "bases": [base.__name__[:200] for base in type(error).__mro__[:20]],
        "message": _text(error),
        "frames": frames[:3] + frames[3:][-(MAX_FRAMES - 3) :],
        "origin": origin[:200],
    }


def _walk(traceback: TracebackType | None) -> list[tuple[str, str, int]]:
    found = []
    while traceback is not None and len(found) < 5_000:
        code = traceback.tb_frame.f_code
        found.append((code.co_filename, code.co_name[:200], traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


def _text(error: BaseException) -> str:
    try:
        return str.__str__(str(error))[:MAX_TEXT]
    except BaseException:
        return "(its message could not be made)"
