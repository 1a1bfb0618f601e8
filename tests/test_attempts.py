"""Attempts are kept, whatever else writes at the same time, and never deleted."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etude.attempts import Attempts
from etude.database import SCHEMA_VERSION, AttemptsError, default_path
from etude.errors import EtudeError
from etude.events import EventKind, Events
from etude.report import Category, CheckResult, Isolation, Report, Status

SOURCE = "def double(x):\n    return 2 * x  # é\n"


def report(exercise: str = "double", points: int = 2, out_of: int = 4) -> Report:
    statuses = [Status.PASSED] * points + [Status.FAILED] * (out_of - points)
    checks = [CheckResult(f"test_{i}", "It works.", Category.CORRECTNESS, 1, s, 0.1) for i, s in enumerate(statuses)]
    return Report(exercise, "double.py", 7, "full", "cpu", Isolation("kernel", 6, True), 0.2, tuple(checks))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "attempts.db"


def count(path: Path) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("SELECT count(*) FROM attempts").fetchone()[0])


def test_record_and_read_back(path: Path) -> None:
    attempts = Attempts.open(path)
    attempts.record(report(points=1), "first")
    attempts.record(report(points=3), SOURCE)
    attempts.record(report(points=2), SOURCE)
    attempts.record(report("mean", 4), SOURCE)
    assert attempts.best() == {"double": 0.75, "mean": 1.0}
    latest = attempts.latest("double")
    assert latest is not None
    assert (latest.source, latest.report) == (SOURCE, report(points=2))
    assert abs(datetime.now(UTC) - latest.at) < timedelta(minutes=1)


def test_it_is_a_write_ahead_log_with_a_version(path: Path) -> None:
    Attempts.open(path).record(report(), SOURCE)
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)


def test_reading_creates_nothing(path: Path) -> None:
    assert Attempts.open(path).best() == {}
    assert Attempts.open(path).latest("double") is None
    assert not path.parent.exists()


def test_where_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path))
    assert default_path() == tmp_path / "attempts.db"
    monkeypatch.delenv("ETUDE_DATA")
    assert default_path().parts[-2:] == ("etude", "attempts.db")


def test_an_exercise_without_points(path: Path) -> None:
    Attempts.open(path).record(report(points=0, out_of=0), SOURCE)
    assert Attempts.open(path).best() == {"double": 0.0}


@pytest.mark.parametrize("wreck", [b"this is no database, and long enough to be told from one" * 50, b"\0" * 5000])
def test_a_corrupt_database_is_moved_aside(path: Path, wreck: bytes) -> None:
    path.parent.mkdir()
    for number in (1, 2):
        path.write_bytes(wreck)
        Path(f"{path}-wal").write_bytes(b"log")
        warnings: list[str] = []
        Attempts.open(path, warnings.append).record(report(), SOURCE)
        aside = f"{path.name}.corrupt-{number}"
        assert (path.parent / aside).read_bytes() == wreck
        assert (path.parent / f"{aside}-wal").exists()
        assert warnings == [f"{path}: the attempts were corrupt: moved to {aside}, and new ones begun"]
        assert count(path) == 1


def test_the_log_of_an_emptied_database_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")
    Path(f"{path}-wal").write_bytes(b"log")
    Attempts.open(path).record(report(), SOURCE)
    assert Path(f"{path}.corrupt-1-wal").read_bytes() == b"log"
    assert count(path) == 1


def test_a_page_gone_bad(path: Path) -> None:
    attempts = Attempts.open(path)
    for _ in range(50):
        attempts.record(report(), SOURCE * 20)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    warnings: list[str] = []
    attempts = Attempts.open(path, warnings.append)
    assert attempts.best() == {}
    assert len(warnings) == 1
    attempts.record(report(), SOURCE)
    assert attempts.best() == {"double": 0.5}


def test_a_newer_schema(path: Path) -> None:
    Attempts.open(path).record(report(), SOURCE)
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(EtudeError, match=r"written by a newer étude .*: upgrade étude: pip install --upgrade etude"):
        Attempts.open(path).record(report(), SOURCE)
    assert count(path) == 1


def test_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for bad in (tmp_path / "file" / "attempts.db", tmp_path):
        with pytest.raises(AttemptsError, match="the attempts cannot be opened") as raised:
            Attempts.open(bad).record(report(), SOURCE)
        assert "\n" not in str(raised.value)


def write_many(path: Path, exercise: str, barrier: object) -> None:
    barrier.wait()  # type: ignore[attr-defined]
    for _ in range(25):
        Attempts.open(path).record(report(exercise), SOURCE)


@pytest.mark.parametrize("wreck", [None, b"no database at all" * 400])
def test_several_processes_lose_nothing(path: Path, wreck: bytes | None) -> None:
    path.parent.mkdir()
    if wreck:
        path.write_bytes(wreck)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(6)
    processes = [context.Process(target=write_many, args=(path, f"e{i}", barrier)) for i in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 6
    assert count(path) == 150
    aside = [name for name in os.listdir(path.parent) if name.startswith("attempts.db.corrupt-1")]
    assert bool(aside) == bool(wreck)
    assert not (path.parent / "attempts.db.corrupt-2").exists()


def first_schema(path: Path) -> None:
    """A database as the first étude wrote it, with one attempt."""
    path.parent.mkdir(exist_ok=True)
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE attempts (id INTEGER PRIMARY KEY, at TEXT NOT NULL, exercise TEXT NOT NULL,"
            " score INTEGER NOT NULL, maximum INTEGER NOT NULL, source TEXT NOT NULL, report TEXT NOT NULL)"
        )
        row = ("2026-11-01T10:00:00.000+00:00", "double", 2, 4, SOURCE, json.dumps(report().to_json()))
        database.execute(
            "INSERT INTO attempts (at, exercise, score, maximum, source, report) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        database.execute("PRAGMA user_version = 1")


def test_an_older_schema_is_brought_up_to_date_and_loses_nothing(path: Path, tmp_path: Path) -> None:
    first_schema(path)
    copy = tmp_path / "copy.db"
    first_schema(copy)
    for place in (path, copy):
        (score,) = Attempts.open(place).scores()
        assert (score.exercise, score.score, score.hints, score.gave_up) == ("double", 2, 0, False)
        Attempts.open(place).record(report(), SOURCE)
        assert count(place) == 2
    uids = [sqlite3.connect(place).execute("SELECT uid FROM attempts ORDER BY id").fetchall() for place in (path, copy)]
    assert uids[0][0] == uids[1][0]
    assert uids[0][1] != uids[1][1]


@pytest.mark.parametrize("at", [None, datetime(2026, 11, 23, tzinfo=UTC)], ids=["as they come", "in one millisecond"])
def test_the_help_taken_since_the_stub_is_recorded_with_the_attempt(path: Path, at: datetime | None) -> None:
    attempts, events = Attempts.open(path), Events.open(path)
    for kind in (EventKind.HINT, EventKind.SOLUTION, EventKind.START, EventKind.HINT, EventKind.HINT):
        events.add(kind, "double", at)
    attempts.record(report(), SOURCE)
    events.add(EventKind.SOLUTION, "double")
    attempts.record(report(), SOURCE)
    attempts.record(report("mean"), SOURCE)
    assert [(score.hints, score.gave_up) for score in attempts.scores()] == [(2, False), (2, True), (0, False)]


def test_a_database_that_another_program_holds_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etude.database.BUSY_SECONDS", 0.01)
    attempts = Attempts.open(path)
    attempts.record(report(), SOURCE)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert attempts.best() == {"double": 0.5}  # which waits for nobody
        with pytest.raises(AttemptsError) as raised:
            attempts.record(report(), SOURCE)
    problem = "another program is using the attempts (database is locked)"
    assert str(raised.value) == f"{path}: {problem}: end it, or try again once it is done"


def test_a_database_that_cannot_be_written_is_read_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = Attempts.open(path)
    attempts.record(report(), SOURCE)

    def refused(place: Path) -> sqlite3.Connection:
        error = sqlite3.OperationalError("attempt to write a readonly database")
        error.sqlite_errorcode = sqlite3.SQLITE_READONLY_DIRECTORY
        raise error

    monkeypatch.setattr("etude.database._connect", refused)
    assert attempts.best() == {"double": 0.5}
    with pytest.raises(AttemptsError, match=r"cannot be opened \(attempt to write a readonly database\): see that its"):
        attempts.record(report(), SOURCE)
    Path(f"{path}-wal").write_bytes(b"what is not in the database yet")
    with pytest.raises(AttemptsError, match="cannot be opened"):
        attempts.best()
