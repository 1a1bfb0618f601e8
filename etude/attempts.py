"""The learner's attempts, in SQLite: every graded source with its whole report.

Each operation opens the database anew, so that commands run side by side. Reading where nothing was ever recorded
creates nothing. What goes wrong is an AttemptsError, which the command shows as a warning: it never costs a verdict.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from etude.errors import EtudeError

if TYPE_CHECKING:
    from etude.report import Report

SCHEMA_VERSION = 1
BUSY_SECONDS = 30.0
_SCHEMA = (
    "CREATE TABLE attempts (id INTEGER PRIMARY KEY, at TEXT NOT NULL, exercise TEXT NOT NULL, score INTEGER NOT NULL,"
    " maximum INTEGER NOT NULL, source TEXT NOT NULL, report TEXT NOT NULL)",
    "CREATE INDEX attempts_of_exercise ON attempts (exercise, id)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_UPGRADE = "upgrade étude: pip install --upgrade etude"
_MAGIC = b"SQLite format 3\0"
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

T = TypeVar("T")


class AttemptsError(EtudeError):
    """The attempts cannot be read or written."""


@dataclass(frozen=True)
class Attempt:
    at: datetime  # UTC
    source: str
    report: Report


def default_path() -> Path:
    """$ETUDE_DATA/attempts.db, else in the platform's folder for a user's data."""
    if folder := os.environ.get("ETUDE_DATA"):
        return Path(folder, "attempts.db")
    import platformdirs

    return Path(platformdirs.user_data_dir("etude", appauthor=False), "attempts.db")


@dataclass(frozen=True)
class Attempts:
    """The database at `path`; `warn` is told, in one line, when a corrupt one was moved aside."""

    path: Path
    warn: Callable[[str], None]

    @classmethod
    def open(cls, path: Path | None = None, warn: Callable[[str], None] = lambda line: None) -> Attempts:
        return cls(path or default_path(), warn)

    def record(self, report: Report, source: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (at, report.exercise, report.score, report.maximum, source, json.dumps(report.to_json()))

        def insert(database: sqlite3.Connection) -> None:
            database.execute(
                "INSERT INTO attempts (at, exercise, score, maximum, source, report) VALUES (?, ?, ?, ?, ?, ?)", row
            )

        self._run(insert, create=True)

    def best(self) -> dict[str, float]:
        """The best fraction reached in each exercise tried."""

        def query(database: sqlite3.Connection) -> dict[str, float]:
            best = "SELECT exercise, max(CAST(score AS REAL) / max(maximum, 1)) FROM attempts GROUP BY exercise"
            return dict(database.execute(best).fetchall())

        return self._run(query) or {}

    def latest(self, exercise: str) -> Attempt | None:
        def query(database: sqlite3.Connection) -> tuple[str, str, str] | None:
            newest = "SELECT at, source, report FROM attempts WHERE exercise = ? ORDER BY id DESC LIMIT 1"
            row: tuple[str, str, str] | None = database.execute(newest, (exercise,)).fetchone()
            return row

        from etude.report import Report  # here: `best` has to be quick, and does not need it

        row = self._run(query)
        if row is None:
            return None
        try:
            return Attempt(datetime.fromisoformat(row[0]), row[1], Report.from_json(json.loads(row[2])))
        except (ValueError, KeyError, TypeError) as error:
            raise AttemptsError(
                self.path, f"the last attempt at {exercise} cannot be read ({error})", _UPGRADE
            ) from None

    def _run(self, action: Callable[[sqlite3.Connection], T], create: bool = False) -> T | None:
        """`action` on the database, or on a new one where it turns out to be corrupt; None where there is none."""
        try:
            if create:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif not self.path.exists():
                return None
            try:
                if not _is_foreign(self.path):
                    return self._once(action)
            except sqlite3.DatabaseError as error:
                if not _is_corrupt(error):
                    raise
            self._move_aside()
            return self._once(action)
        except (sqlite3.Error, OSError) as error:
            fix = "see that its folder can be written, or name another in ETUDE_DATA"
            raise AttemptsError(self.path, f"the attempts cannot be opened ({error})", fix) from None

    def _once(self, action: Callable[[sqlite3.Connection], T]) -> T:
        with closing(_connect(self.path)) as database:
            _prepare(database, self.path)
            return action(database)

    def _move_aside(self) -> None:
        """Rename the database and its -wal and -shm to `attempts.db.corrupt-<n>`; nothing is deleted."""
        lock = self.path.with_name(f"{self.path.name}.lock")
        with closing(_connect(lock)) as guard, guard:  # SQLite is also a portable lock between processes
            guard.execute("BEGIN IMMEDIATE")
            if not _is_still_corrupt(self.path):
                return  # another command was quicker
            numbers = (n for n in range(1, 1_000_000) if not Path(f"{self.path}.corrupt-{n}").exists())
            aside = f"{self.path}.corrupt-{next(numbers)}"
            for suffix in ("-wal", "-shm", ""):  # the database last: a new one must not meet an old log
                if (part := Path(f"{self.path}{suffix}")).exists():
                    part.rename(f"{aside}{suffix}")
        self.warn(f"{self.path}: the attempts were corrupt: moved to {Path(aside).name}, and new ones begun")


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    database.execute("PRAGMA synchronous = NORMAL")  # with a log written ahead: never corrupt, and half the waiting
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """See that the schema is there and is one that we know, and that the log is written ahead."""
    version = _version(database)
    if version > SCHEMA_VERSION:
        problem = f"was written by a newer étude (schema {version}, this one knows {SCHEMA_VERSION})"
        raise AttemptsError(path, problem, _UPGRADE)
    if version == 0:
        with database:  # which commits, or rolls back
            database.execute("BEGIN IMMEDIATE")
            if _version(database) == 0:  # else another command has just made it
                for statement in _SCHEMA:
                    database.execute(statement)
    with suppress(sqlite3.OperationalError):  # busy: SQLite does not wait for this switch, and the next open makes it
        database.execute("PRAGMA journal_mode = WAL")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _is_corrupt(error: sqlite3.DatabaseError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _CORRUPT


def _is_foreign(path: Path) -> bool:
    """No database at all. Asked before SQLite opens it: SQLite deletes the log of such a file."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
        return head != _MAGIC if head else Path(f"{path}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _is_still_corrupt(path: Path) -> bool:
    if _is_foreign(path):
        return True
    try:
        with closing(_connect(path)) as database:
            return bool(database.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok")
    except sqlite3.DatabaseError as error:
        return _is_corrupt(error)
