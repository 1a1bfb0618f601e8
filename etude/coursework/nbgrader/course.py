"""An nbgrader course on disk: its configuration, its gradebook, and what an assignment was handed out as."""

from __future__ import annotations

import os
import re
import stat
import sysconfig
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etude.catalog import Catalog
from etude.coursework.nbgrader.cells import ANSWER, TESTS, metadata
from etude.errors import EtudeError
from etude.exercise import Exercise

Gradebook = Any  # nbgrader's
Known = Mapping[str, dict[str, Any]]  # the metadata of a notebook's cells, as it was handed out, by id


@dataclass(frozen=True)
class Assignment:
    name: str
    notebooks: Mapping[str, Known]
    exercises: Mapping[str, Exercise]  # of the notebooks that ask étude's judge


@dataclass(frozen=True)
class Course:
    """`directory` is nbgrader's CourseDirectory, which knows every path."""

    directory: Any
    config: Any

    @classmethod
    def open(cls, root: Path) -> Course:
        if not any((root / name).exists() for name in ("nbgrader_config.py", "gradebook.db")):
            fix = "go to the course's directory, or name it with --course; `etude course new` makes one"
            raise EtudeError(root, "is no nbgrader course", fix)
        from nbgrader.coursedir import CourseDirectory

        config = _configuration(root)
        directory = CourseDirectory(config=config)
        if "root" not in config.CourseDirectory:
            directory.root = str(root.resolve())
        return cls(directory, config)

    @property
    def root(self) -> Path:
        return Path(self.directory.root)

    @property
    def private(self) -> list[Path]:
        """What no answer may read, wherever the course lies."""
        known = self.directory
        steps = ("source", "source_with_tests", "release", "submitted", "autograded", "feedback", "solution")
        folders = [self.root / getattr(known, f"{step}_directory") for step in steps]
        return [*folders, self.root / "gradebook.db"]

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SQLAlchemyError

        put_scripts_on_path()
        try:
            with Gradebook(self.directory.db_url, self.directory.course_id) as gradebook:
                yield gradebook
        except SQLAlchemyError as error:
            raise self.gradebook_error(error, "keep a copy of it, then try `nbgrader db upgrade`") from None

    def gradebook_error(self, error: Exception, fix: str) -> EtudeError:
        """What the database itself says."""
        from sqlalchemy import make_url

        url = make_url(self.directory.db_url)
        name = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        return EtudeError(name, f"cannot be used ({why})", fix)

    def assignment(self, name: str, catalog: Catalog) -> Assignment:
        from nbgrader.api import MissingEntry

        with self.gradebook() as gradebook:
            try:
                found = gradebook.find_assignment(name).notebooks
            except MissingEntry:
                found = []
            if not found:
                fix = f"`nbgrader generate_assignment {name!r}` enters it"
                raise EtudeError(repr(name), "is no assignment of the gradebook's", fix)
            notebooks = {notebook.name: _known(notebook) for notebook in found}
        ours = {notebook for notebook, known in notebooks.items() if {ANSWER, TESTS} <= known.keys()}
        for notebook, known in notebooks.items():
            _refuse_tests_of_their_own(f"{name}/{notebook}.ipynb", known)
        if not ours:
            raise EtudeError(name, "has no notebook of étude's", "grade it with `nbgrader autograde`")
        return Assignment(name, notebooks, {notebook: catalog.get(notebook) for notebook in sorted(ours)})

    def submitted(self, assignment: str) -> dict[str, Path]:
        """The folder of every student who handed in, or may have: also one that nobody can look into.

        Found as nbgrader finds it. EtudeError where there is none.
        """
        step, format_path = self.directory.submitted_directory, self.directory.format_path
        pattern = re.compile(format_path(step, "(?P<student>.*)", re.escape(assignment), escape=True))
        anyones = Path(format_path(step, "*", assignment))
        depth = next(depth for depth, part in enumerate(anyones.parts) if "*" in part)
        above, below = Path(*anyones.parts[:depth]), Path(*anyones.parts[depth + 1 :])
        try:
            names = sorted(name for name in os.listdir(above) if not name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            names = []
        except OSError as error:
            raise EtudeError(above, f"cannot be read ({error.strerror})", "mend its permissions") from None
        places = [above / name / below for name in names]
        matches = [(pattern.fullmatch(str(place)), place) for place in places]
        found = {match["student"]: place for match, place in matches if match and _may_be_folder(place)}
        if not found:
            fix = "collect the submissions first, or check --course"
            raise EtudeError(assignment, f"nobody has handed in (there is no {anyones})", fix)
        return found


def _may_be_folder(place: Path) -> bool:
    try:
        return stat.S_ISDIR(place.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def put_scripts_on_path() -> None:
    """nbgrader starts `alembic` by its name, which lies beside the interpreter, in an activated environment or not."""
    scripts, path = sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)
    if scripts not in path.split(os.pathsep):
        os.environ["PATH"] = f"{scripts}{os.pathsep}{path}"


def _configuration(root: Path) -> Any:
    """What nbgrader would read in this directory."""
    from nbgrader.apps import NbGraderApp
    from traitlets.config import Application

    app = NbGraderApp()
    app.raise_config_file_errors = True
    elsewhere = [path for path in app.config_file_paths if path != os.getcwd()]
    try:
        Application.load_config_file(app, "nbgrader_config", [str(root.resolve()), *elsewhere])
    except Exception as error:  # the teacher's own Python
        problem = f"cannot be read ({type(error).__name__}: {error})"
        raise EtudeError(root / "nbgrader_config.py", problem, "mend it") from None
    return app.config


def _known(notebook: Any) -> Known:
    points = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    tasks = {cell.name for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    known = {}
    for cell in notebook.source_cells:
        told = metadata(cell.name, cell.cell_type, solution=cell.name in solutions, points=points.get(cell.name))
        as_task = {"grade": False, "task": True} if cell.name in tasks else {}
        known[cell.name] = {**told, **as_task, "locked": cell.locked, "checksum": cell.checksum}
    return known


def _refuse_tests_of_their_own(where: str, known: Known) -> None:
    """Without a kernel nobody could say what they give, and nbgrader would take their silence for full marks."""
    for name, cell in known.items():
        if name != TESTS and cell["grade"] and not cell["solution"] and cell["cell_type"] == "code":
            fix = "hand it out in an assignment of its own, and grade that with `nbgrader autograde`"
            raise EtudeError(where, f"its cell {name!r} is a test that only a kernel can run", fix)
