"""The notebook of an exercise as a teacher keeps it: with the reference, and with the tests that call étude's judge."""

from __future__ import annotations

import ast
import doctest
import json
import re
from pathlib import Path
from typing import cast

from etude.coursework.nbgrader.cells import ANSWER, EXAMPLE, PROMPT, TESTS, metadata
from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.files import write_whole
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.metadata import read_text
from etude.submission import Submission

ASSIGNMENT = re.compile(r"\w[\w. -]*(?<! )")
ONLY_HERE = "*Write your answer in the next cell: nothing else in this notebook is graded.*"
HIDDEN = """\
# The points of the answer above. This cell is put back as it was before it is graded.
### BEGIN HIDDEN TESTS
from etude.coursework.nbgrader.in_kernel import score
score({exercise!r})
### END HIDDEN TESTS"""
CONFIG = """\
# Read by every nbgrader command, and by `etude course autograde`.
c = get_config()
c.CourseDirectory.course_id = {course}
# `nbgrader autograde` waits for étude's judge in the notebook's own kernel; `etude course autograde` starts no kernel.
c.Execute.timeout = 900
"""


def new_course(course: Path, assignment: str, exercises: list[Exercise]) -> list[Path]:
    """Write an assignment's notebooks, and nbgrader's configuration where there is none; all that is new."""
    if not ASSIGNMENT.fullmatch(assignment):
        fix = "use letters, digits, spaces, and . _ - within"
        raise EtudeError(f"--assignment {assignment!r}", "cannot be an assignment's name", fix)
    files = {course / "source" / assignment / f"{exercise.id}.ipynb": exercise for exercise in exercises}
    for path in files:
        if path.exists():
            raise EtudeError(path, "is already there", "name another assignment, or remove the notebook first")
    config = course / "nbgrader_config.py"
    content = {path: source_notebook(exercise, points) for (path, exercise), points in zip(
        files.items(), worth(exercises), strict=True)}  # fmt: skip
    if not config.exists():
        content = {config: CONFIG.format(course=json.dumps(_course_id(course))), **content}
    try:
        for path, text in content.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
    except OSError as error:
        raise EtudeError(
            error.filename or course, f"cannot be written ({error.strerror})", "name another DIR"
        ) from None
    return list(content)


def _course_id(course: Path) -> str:
    return re.sub(r"[^\w.-]+", "-", course.resolve().name) or "course"


def worth(exercises: list[Exercise]) -> list[int]:
    """The most that each can earn without a GPU, as its reference shows."""
    with Judge() as judge:
        return [_worth(exercise, judge) for exercise in exercises]


def _worth(exercise: Exercise, judge: Judge) -> int:
    reference = Submission(exercise.solution_path.name, read_text(exercise.solution_path))
    report = judge.grade(exercise, reference, GradeOptions(speed=False, allow_unisolated=True))
    if report.problem or report.score < report.maximum:
        fix = f"`etude audit {exercise.id}` says why"
        raise EtudeError(exercise.id, "its reference does not earn full marks on this machine", fix)
    if not report.possible:
        raise EtudeError(exercise.id, "has no checks without a GPU", "leave it out")
    return report.possible


def source_notebook(exercise: Exercise, points: int) -> str:
    """As JSON, nbformat 4.5; the same at every call."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    prompt = read_text(exercise.prompt_path).strip()
    solution = with_reference(read_text(exercise.stub_path), read_text(exercise.solution_path))
    tests = HIDDEN.format(exercise=exercise.id)
    cells = [
        new_markdown_cell(f"{prompt}\n\n{ONLY_HERE}", id=PROMPT, metadata={"nbgrader": metadata(PROMPT, "markdown")}),
        new_code_cell(solution, id=ANSWER, metadata={"nbgrader": metadata(ANSWER, "code", solution=True)}),
        new_code_cell(example(exercise.entry_points, prompt), id=EXAMPLE, metadata={
            "nbgrader": metadata(EXAMPLE, "code")}),
        new_code_cell(tests, id=TESTS, metadata={"nbgrader": metadata(TESTS, "code", points=points)}),
    ]  # fmt: skip
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    return cast(str, nbformat.writes(notebook, version=4)) + "\n"


def with_reference(stub: str, reference: str) -> str:
    """The stub, and in its last body, where nbgrader will write `raise NotImplementedError()`, all of the reference.

    nbgrader puts that line in the place of a solution, at the indentation of its first line. After the stub it would
    be run with the cell, so that no answer could ever be loaded.
    """
    lines = stub.rstrip().split("\n")
    last, depth = ast.parse(stub).body[-1], 0
    while isinstance(last, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        depth += not isinstance(last, ast.ClassDef)
        last = last.body[-1]
    if not depth:
        lines += ["", "", "if False:", "    pass"]
        indent = "    "
    else:
        indent = " " * last.col_offset
        if isinstance(last, ast.Raise):
            del lines[last.lineno - 1 :]
    region = [f"{indent}### BEGIN SOLUTION", f"{indent}raise NotImplementedError  # what follows takes its place"]
    future, rest = _future_apart(reference)
    return "\n".join([*future, *lines, *region, "", "", rest.strip(), "### END SOLUTION"])


def _future_apart(source: str) -> tuple[list[str], str]:
    """Imports from __future__, which must come first in a cell, and what is left."""
    lines = source.split("\n")
    found = [
        node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    for node in reversed(found):
        del lines[node.lineno - 1 : node.end_lineno]
    return [ast.unparse(node) for node in found], "\n".join(lines)


def example(entry_points: tuple[str, ...], prompt: str) -> str:
    """What everyone may see: that the names are there, and what the prompt's examples give."""
    lines = ["# Run this cell to try your answer. It cannot be changed, and earns no points."]
    lines += [f'assert callable({name}), "{name} is not a function or class"' for name in entry_points]
    for block in re.findall(r"^```python\n(.*?)^```", prompt, re.DOTALL | re.MULTILINE):
        try:
            shown = doctest.DocTestParser().get_examples(block)
        except ValueError:  # no doctest after all
            continue
        for one in shown:
            lines.append(_displayed(one.source.strip()))
            lines += [f"# {line}".rstrip() for line in one.want.splitlines()]
    return "\n".join(lines)


def _displayed(source: str) -> str:
    """A statement as it is; an expression's value is shown, wherever in the cell it stands."""
    try:
        value = ast.parse(source, mode="eval").body
    except SyntaxError:
        return source
    shown = f"({source})" if isinstance(value, ast.Tuple) else source
    return f"display(  # as in the prompt\n    {shown}\n)" if "#" in source else f"display({shown})"
