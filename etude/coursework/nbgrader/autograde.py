"""An assignment's answers, from nbgrader's `submitted` tree to étude's judge and back into its gradebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from etude.batch.entries import Entry
from etude.batch.store import Store
from etude.coursework.nbgrader.cells import answer
from etude.coursework.nbgrader.converter import write_grades
from etude.coursework.nbgrader.course import Assignment, Course
from etude.coursework.nbgrader.submitted import check_folder, read_notebook
from etude.coursework.nbgrader.verdict import Verdict
from etude.errors import EtudeError
from etude.files import write_whole
from etude.submission import Submission


@dataclass(frozen=True)
class Submissions:
    students: tuple[str, ...]  # whose notebooks can be graded
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]  # lines to show, about what is left out or earns nothing
    notes: tuple[str, ...]  # the same, about what was put right


def submissions(course: Course, assignment: Assignment, only: Sequence[str] = ()) -> Submissions:
    """Every student's notebooks, or those of the students named."""
    folders = course.submitted(assignment.name)
    problems = [f"{name}: has handed in nothing: check the name" for name in only if name not in folders]
    students, entries, notes = [], [], []
    for student, folder in folders.items():
        if only and student not in only:
            continue
        try:
            check_folder(folder)
        except EtudeError as error:
            problems.append(f"{error}: not graded")
            continue
        students.append(student)
        for notebook, exercise in assignment.exercises.items():
            path = folder / f"{notebook}.ipynb"
            try:
                path.lstat()
            except OSError:
                continue  # nbgrader gives it no points, and says so
            entries.append(Entry(student, exercise, path))
            try:
                notes += [f"{path}: {note}" for note in read_notebook(path, assignment.notebooks[notebook])[1]]
            except EtudeError as error:
                problems.append(f"{error}: no points")
    return Submissions(tuple(students), tuple(entries), tuple(problems), tuple(notes))


@dataclass(frozen=True)
class Reader:
    """The answer in an entry's notebook."""

    assignment: Assignment

    def __call__(self, entry: Entry) -> Submission:
        notebook, _ = read_notebook(entry.path, self.assignment.notebooks[entry.exercise.id])
        return answer(notebook, entry.path.name)


def course_store(course: Course, assignment: Assignment) -> Store:
    """The assignment's results. The seed is the course's: everyone gets the same inputs, and no two courses do."""
    place = course.root / ".etude"
    try:
        whole = Store.open(place)
    except EtudeError as error:
        fix = f"mend that, or remove {place}: everything is graded anew then, from another seed"
        raise EtudeError(error.subject, error.problem, fix) from None
    write_whole(place / ".gitignore", b"*\n")
    return Store(place / assignment.name, whole.seed)


@dataclass(frozen=True)
class Written:
    """What came of one student; `problem` says in a line why nothing did."""

    student: str
    notes: tuple[str, ...] = ()
    problem: str | None = None


def write_all(
    course: Course,
    assignment: Assignment,
    found: Submissions,
    store: Store,
    failed: Sequence[Path] = (),
    exam: bool = False,
) -> Iterator[Written]:
    """Enter what is known of each student whose notebooks were all graded: none of them among the `failed`."""
    for student in found.students:
        entries = [entry for entry in found.entries if entry.student == student]
        results = {entry: store.find(student, entry.exercise.id) for entry in entries}
        if any(result is None or entry.path in failed for entry, result in results.items()):
            yield Written(student, problem=f"{student}: not entered, for want of a verdict: run again")
            continue
        verdicts = {entry.exercise.id: Verdict.of(result, exam) for entry, result in results.items() if result}
        try:
            yield Written(student, tuple(write_grades(course, assignment, student, verdicts)))
        except EtudeError as error:
            yield Written(student, problem=str(error))
