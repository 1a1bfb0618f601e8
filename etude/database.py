"""The learner's database, in SQLite: attempts, and the events around them.

Each operation opens it anew, so that commands run side by side. Reading where nothing was ever recorded creates
nothing. What goes wrong is an AttemptsError, which the command shows as a warning: it never costs a verdict.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from etude.errors import EtudeError

SCHEMA_VERSION = 2
BUSY_SECONDS = 5.0  # that a learner waits for another program; ours take milliseconds
# From each schema to the next. A row's `uid` is the same wherever it is brought, so that merging never doubles it.
_STEPS = (
    (
        "CREATE TABLE attempts (id INTEGER PRIMARY KEY, at TEXT NOT NULL, exercise TEXT NOT NULL,"
        " score INTEGER NOT NULL, maximum INTEGER NOT NULL, source TEXT NOT NULL, report TEXT NOT NULL)",
        "CREATE INDEX attempts_of_exercise ON attempts (exercise, id)",
    ),
    (
        "ALTER TABLE attempts ADD COLUMN uid TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE attempts ADD COLUMN hints INTEGER NOT NULL DEFAULT 0",  # seen since the stub
        "ALTER TABLE attempts ADD COLUMN gave_up INTEGER NOT NULL DEFAULT 0",  # the solution was seen since the stub
        "UPDATE attempts SET uid = lower(hex(at || ' ' || exercise || ' ' || id))",  # the same in every copy of it
        "CREATE UNIQUE INDEX attempts_by_uid ON attempts (uid)",
        "CREATE TABLE events (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, at TEXT NOT NULL, kind TEXT NOT NULL,"
        " subject TEXT NOT NULL, body TEXT NOT NULL)",
        "CREATE INDEX events_of_subject ON events (subject, kind, at)",
    ),
)
WRITABLE = "see that its folder can be written, or name another in ETUDE_DATA"  # what to do where it cannot
_UPGRADE = "upgrade étude: pip install --upgrade etude"
_MAGIC = b"SQLite format 3\0"
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)  # the latter where the log beside it cannot be made

T = TypeVar("T")


class AttemptsError(EtudeError):
    """The attempts cannot be read or written."""


def data_folder() -> Path:
    """$ETUDE_DATA, else the platform's folder for a user's data."""
    if folder := os.environ.get("ETUDE_DATA"):
        return Path(folder)
    import platformdirs

    return Path(platformdirs.user_data_dir("etude", appauthor=False))


def default_path() -> Path:
    return data_folder() / "attempts.db"


def new_uid() -> str:
    return uuid.uuid4().hex


def timestamp(at: datetime | None = None) -> str:
    """UTC, so that the text sorts as the time does; now where none is given."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Database:
    """The one at `path`; `warn` is told, in one line, when a corrupt one was moved aside."""

    path: Path
    warn: Callable[[str], None] = lambda line: None

    def run(self, action: Callable[[sqlite3.Connection], T], create: bool = False) -> T | None:
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
                if not create and _code(error) in _READ_ONLY and self._can_be_read_as_it_lies():
                    return self._as_it_lies(action)
                if _code(error) not in _CORRUPT:
                    raise
            self._move_aside()
            return self._once(action)
        except (sqlite3.Error, OSError) as error:
            problem = f"the attempts cannot be opened ({error})"
            fix = WRITABLE
            if _code(error) in _BUSY:
                problem = f"another program is using the attempts ({error})"
                fix = "end it, or try again once it is done"
            raise AttemptsError(self.path, problem, fix) from None

    def _can_be_read_as_it_lies(self) -> bool:
        """Whether all of it is in its file, and nothing in a log that was left beside it."""
        log = Path(f"{self.path}-wal")
        return os.access(self.path, os.R_OK) and not (log.exists() and log.stat().st_size)

    def _as_it_lies(self, action: Callable[[sqlite3.Connection], T]) -> T:
        """`action`, which only reads, where not even the files that SQLite locks with can be made."""
        place = f"{self.path.absolute().as_uri()}?immutable=1"
        with closing(sqlite3.connect(place, uri=True, isolation_level=None)) as database:
            _prepare(database, self.path)
            return action(database)

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
    if version < SCHEMA_VERSION:
        with database:  # which commits, or rolls back
            database.execute("BEGIN IMMEDIATE")
            for step in _STEPS[_version(database) :]:  # none where another command has just made them
                for statement in step:
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    with suppress(sqlite3.OperationalError):  # busy: SQLite does not wait for this switch, and the next open makes it
        database.execute("PRAGMA journal_mode = WAL")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _code(error: Exception) -> int:
    """SQLite's primary one; 0 where the error is not SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


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
        return _code(error) in _CORRUPT
