"""Who handed in what: a folder for each student, or a table."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.catalog import Catalog
from etude.errors import CatalogError, EtudeError
from etude.exercise import Exercise

SUFFIXES = (".py", ".ipynb")
COLUMNS = ("student", "exercise", "file")
LONGEST = 100  # characters of a student's name


@dataclass(frozen=True)
class Entry:
    """One answer of one student."""

    student: str
    exercise: Exercise
    path: Path


@dataclass(frozen=True)
class HandedIn:
    """What was found; `problems` are lines to show, about what is left out."""

    students: tuple[str, ...]  # also those without an answer
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]


def handed_in(place: Path, catalog: Catalog) -> HandedIn:
    """From a folder `<student>/<exercise>.py|.ipynb`, or from a CSV file with the columns student, exercise, file."""
    if place.is_dir():
        rows = list(_in_folders(place))
        students = [path.name for path in _visible(place) if path.is_dir()]
    elif place.is_file():
        rows = list(_in_table(place))
        students = [row[0] for row in rows]
    else:
        raise EtudeError(place, "there is no such folder or file", "give DIR/<student>/<exercise>.py, or a CSV file")
    return _sorted_out(rows, students, catalog)


def _sorted_out(rows: list[tuple[str, str, Path]], students: list[str], catalog: Catalog) -> HandedIn:
    problems: list[str] = []
    chosen: dict[tuple[str, str], Entry] = {}
    exercises: dict[str, Exercise | None] = {}
    for student, name, path in rows:
        if not student.strip() or len(student) > LONGEST or not student.isprintable():
            problems.append(f"{path}: {student!r:.120} cannot be a student's name: rename it")
            continue
        if name not in exercises:
            exercises[name] = _exercise(catalog, name, path, problems)
        exercise = exercises[name]
        if exercise is None:
            continue
        if path.is_symlink() or not path.is_file():
            problems.append(f"{path}: is no file of its own: left out; ask for the answer itself")
            continue
        other = chosen.get((student, name))
        entry = Entry(student, exercise, path)
        if other is not None:
            older, entry = sorted((other, entry), key=lambda one: (_changed(one.path), str(one.path)))
            problems.append(f"{older.path}: left out for {entry.path.name}, which is newer: keep one of them")
        chosen[student, name] = entry
    named = tuple(dict.fromkeys(student for student in students if student.isprintable() and student.strip()))
    return HandedIn(named, tuple(chosen.values()), tuple(problems))


def _exercise(catalog: Catalog, name: str, path: Path, problems: list[str]) -> Exercise | None:
    try:
        return catalog.get(name)
    except CatalogError as error:
        problems.append(f"{path}: {error}")
        return None


def _in_folders(place: Path) -> Iterator[tuple[str, str, Path]]:
    for folder in _visible(place):
        if folder.is_dir() and not folder.is_symlink():
            for path in _visible(folder):
                if path.suffix in SUFFIXES:
                    yield folder.name, path.stem, path


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _in_table(place: Path) -> Iterator[tuple[str, str, Path]]:
    try:
        with place.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [name for name in COLUMNS if name not in (reader.fieldnames or ())]:
                raise EtudeError(place, f"has no column {missing[0]!r}", f"name the columns {', '.join(COLUMNS)}")
            for row in reader:
                student, exercise, path = (row[name] or "" for name in COLUMNS)
                yield student.strip(), exercise.strip(), place.parent / path.strip()
    except (UnicodeDecodeError, csv.Error) as error:
        raise EtudeError(place, f"is no CSV file in UTF-8 ({error})", "save it as such") from None


def _changed(path: Path) -> float:
    return os.stat(path).st_mtime
