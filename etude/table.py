"""CSV files as other programs and spreadsheets write and read them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from etude.errors import EtudeError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV file, its header first; commas or, as some languages have it, semicolons, or tabs."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise EtudeError(path, f"is no CSV file in UTF-8 ({error})", "save it as such") from None
    except OSError as error:
        raise EtudeError(path, f"cannot be read ({error.strerror})", "check the path") from None
    if not rows:
        raise EtudeError(path, "is empty", "give a CSV file with a header")
    return rows


def csv_text(rows: Iterable[Sequence[str | int | float]]) -> str:
    """Numbers as they are; no text is taken for a formula."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([cell(value) if isinstance(value, str) else value for value in row] for row in rows)
    return file.getvalue()


def uncell(text: str) -> str:
    """The text of which `cell` made this."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
