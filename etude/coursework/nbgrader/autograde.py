"""An assignment's answers, from nbgrader's `submitted` tree to étude's judge and back into its gradebook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etude.batch.entries import Entry
from etude.batch.store import Store
from etude.coursework.nbgrader.cells import answer
from etude.coursework.nbgrader.converter import NotEntered, write_grades
from etude.coursework.nbgrader.course import Assignment, Course
from etude.coursework.nbgrader.submitted import check_folder, read_notebook
from etude.coursework.nbgrader.verdict import Verdict
from etude.errors import EtudeError, SubmissionError
from etude.files import write_whole
from etude.submission import Submission


@dataclass(frozen=True)
class Submissions:
    students: list[str] = field(default_factory=list)  # whose notebooks can be graded
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # lines to show, about what is left out or earns nothing
    notes: list[str] = field(default_factory=list)  # the same, about what was put right, or not handed in


def submissions(course: Course, assignment: Assignment, only: Sequence[str] = ()) -> Submissions:
    """Every student's notebooks, or those of the students named."""
    folders, found = course.submitted(assignment.name), Submissions()
    for name in only:
        if name not in folders:
            found.problems.append(f"--student {name!r}: has handed in nothing: check the name")
    for student, folder in folders.items():
        if not only or student in only:
            try:
                check_folder(folder)
                _look_into(folder, student, assignment, found)
            except EtudeError as error:
                found.problems.append(f"{error}: not graded")
    return found


def _look_into(folder: Path, student: str, assignment: Assignment, found: Submissions) -> None:
    there = {path.stem: path for path in sorted(folder.glob("[!.]*.ipynb"))}
    for name in sorted(there.keys() - assignment.notebooks.keys()):
        fix = "rename it if it should be one"
        found.problems.append(f"{there[name]}: is no notebook of {assignment.name}'s: {fix}: not graded")
    if there.keys().isdisjoint(assignment.notebooks):
        raise EtudeError(folder, f"holds no notebook of {assignment.name}'s", "ask for one")
    found.students.append(student)
    for name, known in sorted(assignment.notebooks.items()):
        path, exercise = folder / f"{name}.ipynb", assignment.exercises.get(name)
        if name not in there:
            found.notes.append(f"{path}: was not handed in: no points")
            continue
        if exercise:
            found.entries.append(Entry(student, exercise, path))
        try:
            notebook, put_right = read_notebook(path, known)
            found.notes.extend(f"{path}: {note}" for note in put_right)
            if exercise:
                answer(notebook, str(path))
        except SubmissionError as error:
            found.problems.append(f"{error}: no points")


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
        write_whole(place / ".gitignore", b"*\n")
    except EtudeError as error:
        fix = f"mend that, or remove {place}: everything is graded anew then, from another seed"
        raise EtudeError(error.subject, error.problem, fix) from None
    except OSError as error:
        raise EtudeError(place, f"cannot be written ({error.strerror})", "mend its permissions") from None
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
    """Enter what is known of each student whose notebooks were all graded: none of them among the `failed`.

    EtudeError where the gradebook refuses, as it would for whoever comes next.
    """
    for student in found.students:
        entries = [entry for entry in found.entries if entry.student == student]
        results = {entry: store.find(student, entry.exercise.id) for entry in entries}
        if any(result is None or entry.path in failed for entry, result in results.items()):
            yield Written(student, problem=f"{student}: not entered, for want of a verdict: run again")
            continue
        verdicts = {entry.exercise.id: Verdict.of(result, exam) for entry, result in results.items() if result}
        try:
            yield Written(student, tuple(write_grades(course, assignment, student, verdicts)))
        except NotEntered as error:
            yield Written(student, problem=str(error))
