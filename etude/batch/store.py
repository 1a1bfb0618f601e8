"""Where a batch keeps what it knows: a file for each answer, written whole, and the seed that all share.

OUT/batch.json                           the secret seed and the format's version; readable by its owner only
OUT/results/<student>/<exercise>.json    the report, and what it is a report of
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import etude
from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.files import write_whole
from etude.report import Report

FORMAT = 1
LONGEST_NAME = 200  # of a folder or file, without its suffix; file systems take 255
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)  # a file that is none of ours, or half of one


@dataclass(frozen=True)
class Result:
    """What became of one answer: a report, or why there is none."""

    student: str
    exercise: str
    file: str  # as it was handed in
    source_sha256: str
    graded_as: str  # a fingerprint of the grader, the engine and the options
    report: Report | None
    refused: str = ""  # the file is no answer at all, in one line
    source: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.student, self.exercise

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "format": FORMAT, "report": self.report.to_json() if self.report else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        report = Report.from_json(data["report"]) if data["report"] else None
        return cls(**{**{key: value for key, value in data.items() if key != "format"}, "report": report})


@dataclass(frozen=True)
class Store:
    """A batch's folder."""

    out: Path
    seed: int

    @classmethod
    def open(cls, out: Path, seed: int | None = None) -> Store:
        """Make the folder, or go on in one; with another seed than its own only in an empty one."""
        path = out / "batch.json"
        try:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)  # every report in it holds the seed
            if path.exists():
                kept = _seed(path)
                if seed is not None and seed != kept:
                    fix = "leave --seed out, or name another folder"
                    raise EtudeError(out, "was begun with another seed", fix)
                return cls(out, kept)
            found = seed if seed is not None else int.from_bytes(os.urandom(8), "little")
            write_whole(path, json.dumps({"format": FORMAT, "seed": found}).encode(), 0o600)
            return cls(out, found)
        except OSError as error:
            raise EtudeError(out, f"cannot be used ({error.strerror})", "name another folder with --out") from None

    def path(self, student: str, exercise: str) -> Path:
        return self.out / "results" / file_name(student) / f"{exercise}.json"

    def find(self, student: str, exercise: str) -> Result | None:
        """What is known of an answer; None where nothing is, or where it cannot be read."""
        try:
            return Result.from_json(json.loads(self.path(student, exercise).read_bytes()))
        except UNREADABLE:
            return None

    def keep(self, result: Result) -> None:
        """Whole or not at all, however étude ends. What a power cut takes is graded again: no host waits for a disk."""
        path = self.path(result.student, result.exercise)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(result.to_json()).encode(), durable=False)

    def results(self) -> Iterator[Result]:
        for path in sorted((self.out / "results").glob("*/*.json")):
            try:
                yield Result.from_json(json.loads(path.read_bytes()))
            except UNREADABLE:
                continue


def _seed(path: Path) -> int:
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != FORMAT or type(data["seed"]) is not int:
            raise ValueError
        return int(data["seed"])
    except (ValueError, KeyError, TypeError):
        fix = "name another folder with --out, or give it back its batch.json"
        raise EtudeError(path, "is not a batch's", fix) from None


def file_name(student: str) -> str:
    """A name that is safe on every file system, of at most LONGEST_NAME characters, and different for every student."""
    name = quote(student, safe=" ()'@+,=").replace(".", "%2E")
    if len(name) <= LONGEST_NAME:
        return name
    digest = hashlib.sha256(student.encode()).hexdigest()[:32]  # 43 Cyrillic letters are quoted as 258 characters
    return f"{name[: LONGEST_NAME - len(digest) - 1]}~{digest}"


def fingerprint(exercise: Exercise, options: object) -> str:
    """Changes with whatever could change the verdict, but for the answer and the seed."""
    digest = hashlib.sha256()
    for path in (exercise.metadata_path, exercise.grader_path, exercise.probe_path, exercise.solution_path):
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    digest.update(f"{etude.__version__} {options!r}".encode())
    return digest.hexdigest()
