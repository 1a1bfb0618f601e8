"""nbgrader's own autograder with its kernel taken out: étude's verdict stands where the tests' output would.

All else is nbgrader's: who handed in late, what was edited, the gradebook, manual grades, the autograded tree.
"""

from __future__ import annotations

import glob
import logging
import os
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter, NotebookExporter
from nbformat.v4 import new_output
from nbgrader.api import Gradebook, Student
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import Execute, NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy import false, update
from sqlalchemy.exc import DBAPIError, SAWarning
from traitlets import Type

from etude.coursework.nbgrader.cells import ANSWER, TESTS, Notebook, cell_named
from etude.coursework.nbgrader.course import Assignment, Course
from etude.coursework.nbgrader.lateness import lateness
from etude.coursework.nbgrader.submitted import blank_notebook, read_notebook, strange_files
from etude.coursework.nbgrader.verdict import Verdict
from etude.errors import EtudeError, SubmissionError

NO_RESPONSE = "No response."  # nbgrader's comment on an answer that is still the stub
Resources = dict[str, Any]


class NotEntered(EtudeError):
    """One student's verdicts cannot be entered; the next one's perhaps."""


def write_grades(course: Course, assignment: Assignment, student: str, verdicts: Mapping[str, Verdict]) -> list[str]:
    """Enter one student's verdicts, by notebook; what there is to say. EtudeError where the gradebook refuses."""
    log = _Log(course.root)
    directory = type(course.directory)(config=course.config)
    directory.root, directory.assignment_id = course.directory.root, assignment.name
    directory.student_id = glob.escape(student)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of how nbgrader fills its tables
            JudgedAutograde(assignment, verdicts, coursedir=directory, config=course.config, log=log).start()
    except (NbGraderException, OSError, DBAPIError) as error:
        cause = log.cause or error
        for refusal in (cause, cause.__context__):  # nbgrader wraps some
            if isinstance(refusal, DBAPIError):
                raise course.gradebook_error(refusal, "mend that, and run again; what is graded is kept") from None
        folder = directory.format_path(directory.autograded_directory, student, assignment.name)
        raise NotEntered(student, _reason(cause, folder), "not entered; mend that, and run again") from None
    late = lateness(course.directory, assignment.name, student) if log.tells_of_lateness else ()
    return [*late, *log.warnings()]


def _reason(cause: BaseException, folder: str) -> str:
    if isinstance(cause, OSError):
        named = cause.filename if os.path.isabs(str(cause.filename)) else folder
        return f"{named}: {cause.strerror or cause}"
    said = (str(cause).strip().splitlines() or ["no more is known"])[0]
    return said if isinstance(cause, NbGraderException) else f"{type(cause).__name__}: {said}"


class JudgedAutograde(Autograde):  # type: ignore[misc]
    """Always anew: what was autograded before is replaced, but never a grade or comment by hand."""

    exporter_class = Type("etude.coursework.nbgrader.converter.SafeReader", klass=Exporter)

    def __init__(self, assignment: Assignment, verdicts: Mapping[str, Verdict], **settings: Any) -> None:
        super().__init__(**settings)
        self.assignment, self.verdicts, self.force = assignment, verdicts, True
        self.autograde_preprocessors = _without_kernel(self.autograde_preprocessors)  # type: ignore[has-type]

    def convert_notebooks(self) -> None:
        """nbgrader removes what was autograded before it finds out whether it may write the gradebook."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            gradebook.db.execute(update(Student).where(false()).values(last_name=None))  # refused as any other
        super().convert_notebooks()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """nbgrader copies what else was handed in, and would follow links."""
        ignored = self.coursedir.ignore
        strange = strange_files(Path(self._format_source(assignment_id, student_id)))
        self.coursedir.ignore = [*ignored, *(glob.escape(path.name) for path in strange)]
        try:
            super().init_assignment(assignment_id, student_id)
        finally:
            self.coursedir.ignore = ignored

    def init_single_notebook_resources(self, notebook_filename: str) -> Resources:
        resources: Resources = super().init_single_notebook_resources(notebook_filename)
        resources["etude"] = self.verdicts.get(resources["nbgrader"]["notebook"])
        return resources

    @property
    def sanitizing(self) -> bool:
        """Whether it is the submitted notebook that is read, or already the one made of it."""
        return bool(self._sanitizing)


def _without_kernel(preprocessors: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for each in preprocessors:
        named = each.rpartition(".")[2] if isinstance(each, str) else each.__name__
        found.append(Judged if named == Execute.__name__ else each)
        if named == SaveAutoGrades.__name__:
            found.append(SaveComment)
    return found


class SafeReader(NotebookExporter):
    """Reads what was handed in as `read_notebook` does."""

    def from_filename(self, filename: str, resources: Any = None, **more: Any) -> tuple[Any, Any]:
        converter: Any = self.parent
        if not converter.sanitizing:
            return super().from_filename(filename, resources=resources, **more)
        path = Path(filename)
        known = converter.assignment.notebooks[path.stem]
        try:
            notebook, _ = read_notebook(path, known)
        except SubmissionError:
            notebook = blank_notebook(known)
        made: tuple[Any, Any] = self.from_notebook_node(notebook, resources=resources)  # type: ignore[no-untyped-call]
        return made


class Judged(NbGraderPreprocessor):  # type: ignore[misc]
    """In the place of nbgrader's Execute."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        verdict, tests = resources["etude"], cell_named(nb, TESTS)
        if verdict is not None and tests is not None:
            points = f"{verdict.points(float(tests.metadata.nbgrader.points)):.10g}"
            tests.outputs = [
                new_output("stream", name="stdout", text=verdict.scorecard + "\n"),
                new_output("execute_result", data={"text/plain": points}, execution_count=1),
            ]
            tests.execution_count = 1
        return nb, resources


class SaveComment(NbGraderPreprocessor):  # type: ignore[misc]
    """What failed and why, as nbgrader's comment on the answer: it has none on tests."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        verdict: Verdict | None = resources["etude"]
        if verdict is not None:
            place = resources["nbgrader"]
            with Gradebook(place["db_url"]) as gradebook:
                names = (ANSWER, place["notebook"], place["assignment"], place["student"])
                comment = gradebook.find_comment(*names)
                if cell_named(nb, ANSWER) is None or comment.auto_comment != NO_RESPONSE:
                    comment.auto_comment = verdict.comment
                gradebook.db.commit()
        return nb, resources


class _Log(logging.Logger):
    """What nbgrader says, kept: as text at once, since it tells of rows of a database that it then closes."""

    def __init__(self, root: Path) -> None:
        super().__init__("etude.nbgrader", logging.WARNING)
        self.prefix = f"{root}{os.sep}"
        self.said: list[str] = []
        self.cause: BaseException | None = None  # what nbgrader first stumbled over: of that it logs a traceback alone

    def handle(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            self.cause = self.cause or sys.exc_info()[1]
        else:
            self.said.append(record.getMessage().strip().replace(self.prefix, ""))

    @property
    def tells_of_lateness(self) -> bool:
        return any(line.endswith("seconds late") for line in self.said)

    def warnings(self) -> list[str]:
        """Without what is always so (hidden tests come back into their cell, and earlier results go), and without what
        étude tells in words of its own."""
        usual = ("Removing existing", "Attribute 'checksum'")
        ours = ("No submitted file:", "Skipping unknown notebook:", "SubmittedAssignment<", "Late submission penalty:")
        return [line for line in dict.fromkeys(self.said) if not line.startswith(usual + ours)]
