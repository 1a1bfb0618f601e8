"""The interview that is open: one file in the data folder, whole at any moment, and one sitting at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from etude.database import WRITABLE, data_folder
from etude.errors import EtudeError
from etude.files import write_whole
from etude.practice.mock import Interview

ABANDON = "`etude mock --abandon` ends it without a report"


def state_path() -> Path:
    return data_folder() / "mock.json"


def load() -> Interview | None:
    """The open interview; None where there is none."""
    path = state_path()
    try:
        return Interview.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EtudeError(path, f"the open interview cannot be read ({error})", ABANDON) from None


def save(interview: Interview) -> None:
    """In one step: whoever reads, and whenever the power fails, finds this one or the one before."""
    path = state_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, json.dumps(interview.to_json()).encode())
    except OSError as error:
        raise _not_kept(error) from None


def forget() -> None:
    state_path().unlink(missing_ok=True)


def in_interview(exercise: str) -> bool:
    """Whether it is a question of the interview that is open."""
    with suppress(EtudeError):  # one that cannot be read stands in nobody's way
        interview = load()
        return interview is not None and any(exercise == each.exercise for each in interview.questions)
    return False


def refuse_in_interview(exercise: str) -> None:
    """No help with a question of the interview that is open."""
    if in_interview(exercise):
        fix = f"`etude mock` goes on with it; {ABANDON}"
        raise EtudeError(exercise, "is a question of the interview that is open, and there is no help with it", fix)


@contextmanager
def sitting() -> Iterator[None]:
    """Hold the interview, so that no second terminal does; released however this process ends."""
    with closing(_lock()) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise _not_kept(error) from None
            fix = "go on there, or leave it there with q"
            raise EtudeError("mock", "an interview is open in another terminal", fix) from None
        yield


def _lock() -> sqlite3.Connection:
    """SQLite is also a portable lock."""
    path = data_folder() / "mock.lock"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return sqlite3.connect(path, timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        raise _not_kept(error) from None


def _not_kept(error: Exception) -> EtudeError:
    why = error.strerror if isinstance(error, OSError) else error
    return EtudeError(state_path(), f"the interview cannot be kept ({why})", WRITABLE)
