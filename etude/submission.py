"""Submission: an answer's source text, from a .py file, a notebook or standard input."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from etude.errors import SubmissionError

LARGEST = 1024 * 1024  # bytes
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Submission:
    """`name` is what to call it in a report; `path` is None for standard input."""

    name: str
    source: str
    path: Path | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()

    @classmethod
    def read(cls, where: str | Path, exercise: str | None = None) -> Submission:
        """The answer at `where` (`-`: standard input). `exercise` only serves to say how to begin one."""
        if str(where) == "-":
            name, path = "standard input", None
            text = _decode(name, _bounded(name, sys.stdin.buffer))
            notebook = text.lstrip().startswith("{") and '"nbformat"' in text
        else:
            name, path = str(where), Path(where)
            text = _decode(name, _read(path, exercise))
            notebook = path.suffix == ".ipynb"
        if not text.strip():
            raise SubmissionError(name, "is empty", _begin("write an answer in it", exercise))
        if notebook:
            from etude.notebook import notebook_source

            text = notebook_source(name, text)
        return cls(name, text, path)


def _begin(advice: str, exercise: str | None) -> str:
    return f"{advice}; `etude start {exercise}` writes a stub to begin from" if exercise else advice


def _read(path: Path, exercise: str | None) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(str(path), file)
    except (FileNotFoundError, NotADirectoryError):
        fix = f"`etude start {exercise}` writes a stub to begin from" if exercise else "check the path"
        raise SubmissionError(path, "there is no such file", fix) from None
    except IsADirectoryError:
        raise SubmissionError(path, "is a directory", "give the file in it that holds your answer") from None
    except PermissionError:
        if path.is_dir():  # what Windows says of one
            raise SubmissionError(path, "is a directory", "give the file in it that holds your answer") from None
        raise SubmissionError(path, "may not be read", "mend its permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise SubmissionError(path, f"cannot be read ({getattr(error, 'strerror', error)})", "check the path") from None


def _bounded(name: str, file: BinaryIO) -> bytes:
    """Everything in `file`, and never much more than the limit in memory: it may be a device or a pipe."""
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        fix = "clear its outputs and save it again" if name.endswith(".ipynb") else "an answer is a short Python file"
        raise SubmissionError(name, "is over 1 MiB", fix)
    return data


def _decode(name: str, data: bytes) -> str:
    if data.startswith(_UTF16):
        raise SubmissionError(name, "is UTF-16, not UTF-8", "save it as UTF-8")
    if b"\0" in data:
        raise SubmissionError(name, "is binary", "give a Python file (.py) or a notebook (.ipynb)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SubmissionError(name, f"is not UTF-8 (line {line})", "save it as UTF-8") from None
