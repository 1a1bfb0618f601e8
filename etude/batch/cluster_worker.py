"""What `etude batch --cluster` runs on a worker of dask.distributed.

Exercises travel with the tasks, so that a worker needs étude and the frameworks, and no bank.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import etude
from etude.batch.grading import graded
from etude.errors import JudgeError
from etude.exercise import Exercise
from etude.extras import missing_extras
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.judge.launchers import Launchers
from etude.metadata import read_exercise
from etude.submission import Submission

Bundle = tuple[tuple[str, bytes], ...]  # an exercise's files, by their paths in a bank


def fitness(extras: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The version of étude here, and which of the extras are missing."""
    return etude.__version__, missing_extras(extras)


@cache
def bundle_of(exercise: Exercise) -> Bundle:
    """All of an exercise's files that grading and advice need."""
    places = [exercise.metadata_path, exercise.solution_path]
    places += [path for path in sorted(exercise.grader_folder.rglob("*")) if path.is_file()]
    kept = [path for path in places if "__pycache__" not in path.parts]
    return tuple((path.relative_to(exercise.bank).as_posix(), path.read_bytes()) for path in kept)


def graded_there(
    bundle: Bundle, preload: tuple[str, ...], submissions: Sequence[tuple[str, str]], options: dict[str, Any]
) -> list[dict[str, str]]:
    """Run on a worker: grade answers, each a name and a source, in the hosts of the worker's thread."""
    exercise = dataclasses.replace(_unpacked(bundle), preload=tuple(preload))
    return [_graded(exercise, Submission(*each), GradeOptions(**options)) for each in submissions]


def _graded(exercise: Exercise, submission: Submission, options: GradeOptions) -> dict[str, str]:
    try:
        report = graded(_judge(exercise), exercise, submission, options)
        return {"report": json.dumps(report.to_json())}  # as text: dask would measure every field of it
    except JudgeError as error:
        return {"judge_error": str(error)}


_LAUNCHERS = Launchers()
_AHEAD = ("torch",)  # most exercises preload it


def dask_setup(_: object) -> None:
    """What `dask worker --preload etude.batch.cluster_worker` calls: the first answers do not wait for the import."""
    _LAUNCHERS.start_ahead(_AHEAD)


def dask_teardown(_: object) -> None:
    _LAUNCHERS.close_spare()


_OWN = threading.local()  # a worker's thread keeps its judge between two tasks, as a seat does


def _judge(exercise: Exercise) -> Judge:
    if getattr(_OWN, "preload", None) != exercise.preload:
        if (before := getattr(_OWN, "judge", None)) is not None:
            before.close()
        _OWN.judge, _OWN.preload = Judge(own_core=True, launchers=_LAUNCHERS), exercise.preload
    return _OWN.judge  # type: ignore[no-any-return]


_UNPACKING = threading.Lock()


def _unpacked(bundle: Bundle) -> Exercise:
    with _UNPACKING:
        return _unpack(bundle)


@cache
def _unpack(bundle: Bundle) -> Exercise:
    """The exercise in a bank of its own, which lives as long as the worker."""
    bank = Path(tempfile.mkdtemp(prefix=f"etude-bank-{hashlib.sha256(repr(bundle).encode()).hexdigest()[:8]}-"))
    for name, content in bundle:
        path = bank / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (metadata,) = bank.glob("exercises/*/*/exercise.toml")
    return read_exercise(metadata)
