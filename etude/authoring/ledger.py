"""Verdicts of earlier audits, so that an audit that was stopped goes on where it was.

A key is a hash of all that a verdict follows from: answer, grader, probe, metadata, options and the engine itself.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
import threading
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path

import platformdirs

from etude.authoring.verdict import Verdict
from etude.exercise import Exercise
from etude.judge.job import GradeOptions

_PACKAGE = Path(__file__).resolve().parents[1]
_ENGINE = ("judge", "sandbox", "grading")  # the folders that a verdict follows from
_LIBRARIES = ("numpy", "torch", "tensorflow", "tensorflow-cpu", "keras", "scikit-learn", "matplotlib", "onnxruntime")


def default_path() -> Path:
    return platformdirs.user_cache_path("etude") / "audit.sqlite"


class Ledger:
    """One connection for all threads; each verdict is written as it comes. One told to forget finds its own only."""

    def __init__(self, path: Path, forget: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, verdict TEXT NOT NULL)")
        self._kept: set[str] | None = set() if forget else None  # what to look among, where not everything counts

    def find(self, key: str) -> Verdict | None:
        if self._kept is not None and key not in self._kept:
            return None
        with self._lock:
            row = self._connection.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
        return Verdict(**json.loads(row[0])) if row else None

    def keep(self, key: str, verdict: Verdict) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.add(key)
            self._connection.execute(
                "INSERT OR REPLACE INTO verdicts VALUES (?, ?)", (key, json.dumps(asdict(verdict)))
            )

    def close(self) -> None:
        self._connection.close()


def key(exercise: Exercise, source: str, options: GradeOptions) -> str:
    """The time limit stays out: it follows from the machine, and what exceeds it is told apart by its verdict."""
    chosen = {name: value for name, value in asdict(options).items() if name != "timeout"}
    return _digest(_grounds(exercise), source, json.dumps(chosen, sort_keys=True))


def _grounds(exercise: Exercise) -> str:
    paths = (exercise.metadata_path, exercise.grader_path, exercise.probe_path)
    return _digest(_engine(), *(path.read_text("utf-8") if path.exists() else "" for path in paths))


@cache
def _engine() -> str:
    paths = [path for part in _ENGINE for path in sorted((_PACKAGE / part).rglob("*.py"))]
    sources = [
        path.read_text("utf-8") for path in (_PACKAGE / "authoring" / "verdict.py", _PACKAGE / "symptom.py", *paths)
    ]
    return _digest(platform.python_version(), *(f"{name} {_version(name)}" for name in _LIBRARIES), *sources)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "absent"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
