"""A document of exported data, read and checked whole: see docs/data.md for the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from etude.database import timestamp
from etude.events import EventKind
from etude.practice.conform import conforms, is_shallow
from etude.report import Report

FORMAT, FORMAT_VERSION = "etude data", 1
UPGRADE = "upgrade étude: pip install --upgrade etude"
YEARS = range(2000, 2101)  # beyond them nobody practised, and dates cannot be reckoned with
MOST = 1 << 31  # points, or hints

# What an event's body has to hold; the rest of it is as it may be.
_BODIES: dict[str, dict[str, type]] = {
    EventKind.HINT: {"number": int},
    EventKind.REVIEW: {"rating": int},
    EventKind.QUIZ: {"chapter": str, "right": bool},
}

Row = tuple[Any, ...]


class TransferError(ValueError):
    """What is wrong with a document, and what to do about it."""

    def __init__(self, problem: str, fix: str = "export it again, and leave the file as it is") -> None:
        self.problem, self.fix = problem, fix
        super().__init__(f"{problem}: {fix}")


def parse(content: bytes) -> tuple[list[Row], list[Row]]:
    """The rows of attempts and of events in a document; TransferError for the first thing that is wrong with it."""
    try:
        document = json.loads(content)
    except RecursionError:
        raise TransferError("is nested too deeply") from None
    except ValueError as error:
        raise TransferError(f"is no JSON ({error})", "name a file that `etude export` wrote") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise TransferError("was not written by `etude export`", "name a file that was")
    version = document.get("format_version")
    if type(version) is not int or version < 1:
        raise TransferError("does not say its format_version")
    if version > FORMAT_VERSION:
        raise TransferError(
            f"was written by a newer étude (format {version}, this one reads {FORMAT_VERSION})", UPGRADE
        )
    return _rows(document, "attempts", _attempt), _rows(document, "events", _event)


def _rows(document: dict[str, Any], table: str, read: Callable[[dict[str, Any]], Row]) -> list[Row]:
    items = document.get(table)
    if not isinstance(items, list):
        raise TransferError(f"has no list of {table}")
    rows = []
    for number, item in enumerate(items, 1):
        with _named(f"{table[:-1]} {number}"):
            if not isinstance(item, dict):
                raise TransferError("is no object")
            rows.append(read(item))
    return rows


@contextmanager
def _named(what: str) -> Iterator[None]:
    """Says where in the document the problem lies."""
    try:
        yield
    except TransferError as error:
        raise TransferError(f"{what}: {error.problem}", error.fix) from None


def _attempt(item: dict[str, Any]) -> Row:
    uid, at, source = _field(item, "uid", str), _time(item), _field(item, "source", str)
    hints, gave_up = _field(item, "hints", int), _field(item, "gave_up", bool)
    if not 0 <= hints < MOST:
        raise TransferError("`hints` is no number of hints")
    stored = _field(item, "report", dict)
    report = _report(stored)
    return uid, at, report.exercise, report.score, report.possible, source, json.dumps(stored), hints, gave_up


def _report(data: dict[str, Any]) -> Report:
    if (version := data.get("format_version")) != 1 and type(version) is int and version > 1:
        raise TransferError(f"its report was written by a newer étude (format {version})", UPGRADE)
    try:
        report = Report.from_json(data)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TransferError(f"its report cannot be read ({type(error).__name__}: {str(error)[:100]})") from None
    if not conforms(report, Report):
        raise TransferError("its report holds a value of a wrong type")
    if not all(0 <= check.points < MOST for check in report.checks) or report.possible >= MOST:
        raise TransferError("its report holds impossible points")
    if not report.exercise:
        raise TransferError("its report names no exercise")
    derived = {"score": report.score, "maximum": report.maximum, "status": report.status.value}
    if any(data.get(name, value) != value for name, value in derived.items()):
        raise TransferError("its report's totals are not those of its checks")
    return report


def _event(item: dict[str, Any]) -> Row:
    uid, at, kind = _field(item, "uid", str), _time(item), _field(item, "kind", str)
    if kind not in {known.value for known in EventKind}:
        raise TransferError(f"{kind[:40]!r} is no kind of event that this étude knows", UPGRADE)
    subject, body = _field(item, "subject", str), _field(item, "body", dict)
    if not is_shallow(body):
        raise TransferError("`body` is nested too deeply")
    for name, of in _BODIES.get(kind, {}).items():
        _field(body, name, of)
    if kind == EventKind.REVIEW and body["rating"] not in range(1, 5):
        raise TransferError("`rating` is not one of 1, 2, 3 and 4")
    return uid, at, kind, subject, json.dumps(body)


def _field(item: dict[str, Any], name: str, kind: type) -> Any:
    if name not in item:
        raise TransferError(f"`{name}` is missing")
    value = item[name]
    if type(value) is not kind:
        raise TransferError(f"`{name}` is {_KINDS[type(value)]}, and not {_KINDS[kind]}")
    if not conforms(value, kind):
        raise TransferError(f"`{name}` holds a value that cannot be kept")
    if value == "" and name in ("uid", "subject"):
        raise TransferError(f"`{name}` is empty")
    return value


_KINDS = {str: "a text", int: "a whole number", bool: "true or false", dict: "an object", list: "a list",
          float: "a number with a fraction", type(None): "null"}  # fmt: skip


def _time(item: dict[str, Any]) -> str:
    """As the database writes it, so that the text sorts as the time does."""
    text = _field(item, "at", str)
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None and (at := at.astimezone(UTC)).year in YEARS:
            return timestamp(at)
    except (ValueError, OverflowError):
        pass
    raise TransferError(f"`at` is {text[:40]!r}, and no time with its zone, like 2026-11-22T18:30:00.000+00:00")
