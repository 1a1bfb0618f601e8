"""The zip that is uploaded to Gradescope: étude, the exercises with their graders and references, and the seed."""

from __future__ import annotations

import importlib.metadata
import io
import json
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from etude.coursework.gradescope.settings import FILE, Settings
from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.judge.launchers import PACKAGE_PARENT
from etude.submission import Submission

PROGRAMS = ("setup.sh", "run_autograder")
CREATED = (1980, 1, 1, 0, 0, 0)  # the same content makes the same zip


def maximum(exercises: Iterable[Exercise], seed: int, speed: bool) -> dict[str, int]:
    """The points of each exercise, as its own reference earns them; EtudeError where it does not earn all."""
    found: dict[str, int] = {}
    with Judge() as judge:
        for exercise in exercises:
            submission = Submission.read(exercise.solution_path)
            report = judge.grade(exercise, submission, GradeOptions(seed, speed=False, allow_unisolated=True))
            if not report.full_marks:
                problem = f"its reference earns {report.score} of {report.maximum} points"
                raise EtudeError(exercise.id, problem, f"`etude audit {exercise.id}` says why")
            found[exercise.id] = report.possible if speed else report.maximum
    return found


def archive(exercises: Sequence[Exercise], settings: Settings) -> bytes:
    """The whole zip. Its folders are those that autograder.py expects below /autograder/source."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in PROGRAMS:
            _add(target, name, Path(__file__).with_name(name).read_bytes(), 0o755)
        _add(target, FILE, json.dumps(settings.to_json(), indent=2).encode())
        extras = {extra for exercise in exercises for extra in exercise.required_extras}
        _add(target, "requirements.txt", "".join(f"{line}\n" for line in requirements(extras)).encode())
        for path in _files(PACKAGE_PARENT / "etude"):
            _add(target, path.relative_to(PACKAGE_PARENT).as_posix(), path.read_bytes())
        for exercise in exercises:
            for path in (*_files(exercise.folder), *_files(exercise.grader_folder), exercise.solution_path):
                _add(target, f"bank/{path.relative_to(exercise.bank).as_posix()}", path.read_bytes())
    return file.getvalue()


def requirements(extras: Iterable[str]) -> list[str]:
    """What étude needs, with these extras, a line each as pip reads it."""
    wanted = [{"extra": ""}, *({"extra": extra} for extra in sorted(extras))]
    lines: list[str] = []
    for requirement in _declared():
        if requirement.marker is None or any(map(requirement.marker.evaluate, wanted)):
            requirement.marker = None
            lines.append(str(requirement))
    return list(dict.fromkeys(lines))


def _declared() -> Iterator[Requirement]:
    """From the checkout where étude runs from one: what is installed may have been so long ago."""
    project = PACKAGE_PARENT / "pyproject.toml"
    if not project.is_file():
        yield from map(Requirement, importlib.metadata.requires("etude") or ())
        return
    declared = tomllib.loads(project.read_text("utf-8"))["project"]
    yield from map(Requirement, declared["dependencies"])
    for extra, lines in declared["optional-dependencies"].items():
        yield from (Requirement(f"{line}; extra == '{extra}'") for line in lines)


def _files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _add(target: zipfile.ZipFile, name: str, content: bytes, mode: int = 0o644) -> None:
    entry = zipfile.ZipInfo(name, CREATED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o100000 | mode) << 16
    target.writestr(entry, content)
