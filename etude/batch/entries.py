"""Who handed in what: a folder for each student, or a table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.catalog import Catalog
from etude.errors import CatalogError, EtudeError
from etude.exercise import Exercise
from etude.table import read_rows

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


@dataclass(frozen=True)
class _Row:
    """What is said to be an answer, and where that is said."""

    student: str
    exercise: str
    path: Path
    where: str


def handed_in(place: Path, catalog: Catalog) -> HandedIn:
    """From a folder `<student>/<exercise>.py|.ipynb`, or from a CSV file with the columns student, exercise, file."""
    problems: list[str] = []
    if place.is_dir():
        folders = _folders(place, problems)
        rows = [row for folder in folders for row in _in_folder(folder, problems)]
        students = [folder.name for folder in folders]
    elif place.is_file():
        rows = list(_in_table(place, problems))
        students = [row.student for row in rows]
    else:
        raise EtudeError(place, "there is no such folder or file", "give DIR/<student>/<exercise>.py, or a CSV file")
    chosen = _sorted_out(rows, catalog, problems)
    named = tuple(dict.fromkeys(student for student in students if student.isprintable() and student.strip()))
    return HandedIn(named, chosen, tuple(problems))


def _sorted_out(rows: list[_Row], catalog: Catalog, problems: list[str]) -> tuple[Entry, ...]:
    chosen: dict[tuple[str, str], tuple[Entry, str]] = {}
    exercises: dict[str, Exercise | None] = {}
    for row in rows:
        if not row.student.strip() or len(row.student) > LONGEST or not row.student.isprintable():
            problems.append(f"{row.where}: {row.student!r:.120} cannot be a student's name: rename it")
            continue
        if row.exercise not in exercises:
            exercises[row.exercise] = _exercise(catalog, row, problems)
        exercise = exercises[row.exercise]
        if exercise is None:
            continue
        if problem := _no_answer(row):
            problems.append(f"{row.where}: {problem}")
            continue
        found = Entry(row.student, exercise, row.path), row.where
        if other := chosen.get((row.student, row.exercise)):
            older, found = sorted((other, found), key=lambda one: (_changed(one[0].path), str(one[0].path)))
            problems.append(f"{older[1]}: left out for {found[1]}, whose file is newer: keep one of them")
        chosen[row.student, row.exercise] = found
    return tuple(entry for entry, _ in chosen.values())


def _exercise(catalog: Catalog, row: _Row, problems: list[str]) -> Exercise | None:
    try:
        return catalog.get(row.exercise)
    except CatalogError as error:
        problems.append(f"{row.where}: {error}")
        return None


def _no_answer(row: _Row) -> str | None:
    """Why this is none, and what to do."""
    if not os.path.lexists(row.path):
        return f"there is no file {row.path}: left out; check the name"
    if row.path.is_symlink() or not row.path.is_file():
        return f"{row.path.name} is no file of its own: left out; ask for the answer itself"
    return None


def _folders(place: Path, problems: list[str]) -> list[Path]:
    """Each student's."""
    found = _visible(place)
    folders = [path for path in found if path.is_dir()]
    if not folders:
        fix = "give DIR/<student>/<exercise>.py, or a CSV file"
        raise EtudeError(place, "holds no student's folder", fix)
    problems += [
        f"{path}: lies in no student's folder: left out; move it into one"
        for path in found
        if path.suffix in SUFFIXES and path not in folders
    ]
    return folders


def _in_folder(folder: Path, problems: list[str]) -> Iterator[_Row]:
    if folder.is_symlink():
        problems.append(f"{folder}: is no folder of its own: left out; put the answers themselves there")
        return
    try:
        found = _visible(folder)
    except OSError as error:
        problems.append(f"{folder}: cannot be read ({error.strerror}): left out; see its permissions")
        return
    for path in found:
        if path.suffix in SUFFIXES:
            yield _Row(folder.name, path.stem, path, str(path))


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _in_table(place: Path, problems: list[str]) -> Iterator[_Row]:
    header, *rows = read_rows(place)
    titles = [title.strip().lower() for title in header]
    if missing := [name for name in COLUMNS if name not in titles]:
        raise EtudeError(place, f"has no column {missing[0]!r}", f"name the columns {', '.join(COLUMNS)}")
    if not rows:
        raise EtudeError(place, "names no answer", "give each a row below the header")
    columns = [titles.index(name) for name in COLUMNS]
    for number, row in enumerate(rows, 2):
        where = f"{place}, row {number}"
        if len(row) <= max(columns) or not row[columns[-1]].strip():
            problems.append(f"{where}: names no file: left out; give {', '.join(COLUMNS)}")
            continue
        student, exercise, path = (row[column].strip() for column in columns)
        yield _Row(student, exercise, place.parent / path, where)


def _changed(path: Path) -> float:
    return os.stat(path).st_mtime
