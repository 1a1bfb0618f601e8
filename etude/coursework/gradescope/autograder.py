"""What run_autograder runs in Gradescope's container: the folder's submission, graded, as results/results.json.

Whatever was handed in, there is a results.json. What went wrong on our side goes to standard error, which Gradescope
shows to the course's staff only.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from etude.batch import grading
from etude.batch.preloads import preloads
from etude.catalog import Catalog
from etude.coursework.gradescope.results import Answer, results
from etude.coursework.gradescope.settings import FILE, Settings
from etude.errors import EtudeError, JudgeError, SubmissionError
from etude.exercise import Exercise
from etude.files import write_whole
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.render.visible import visible_line
from etude.report import Report
from etude.submission import Submission

TELL = "tell the course's staff"
OUR_FAULT = f"a fault of the autograder, not of the answer: not graded: {TELL}"
SUFFIXES = (".py", ".ipynb")
SHOWN = 5  # names of files that were handed in


def main() -> None:
    root = Path(sys.argv[1])
    try:
        found = graded(root)
    except Exception:  # told below, and to the staff
        traceback.print_exc()
        found = {"score": 0, "output": OUR_FAULT, "output_format": "text", "stdout_visibility": "hidden"}
    folder = root / "results"
    folder.mkdir(exist_ok=True)
    write_whole(folder / "results.json", json.dumps(found).encode())


def graded(root: Path) -> dict[str, Any]:
    """The submission's results."""
    source = root / "source"
    settings = Settings.from_json(json.loads((source / FILE).read_bytes()))
    catalog = Catalog.load([source / "bank"])
    with Judge(private=[root / "submission", root / "results"]) as judge:
        answers = [_answer(judge, catalog.get(name), root / "submission", settings) for name in settings.maximum]
    return results(answers, settings.exam)


def _answer(judge: Judge, exercise: Exercise, folder: Path, settings: Settings) -> Answer:
    maximum = settings.maximum[exercise.id]
    try:
        path = handed_in(folder, exercise.id)
        submission = replace(Submission.read(path), name=path.name)
    except SubmissionError as error:
        return Answer(exercise.id, maximum, None, f"{Path(error.subject).name}: {error.problem}: {error.fix}")
    try:
        return Answer(exercise.id, maximum, _report(judge, exercise, submission, settings))
    except EtudeError as error:
        print(error, file=sys.stderr)
        return Answer(exercise.id, maximum, None, f"{exercise.id}: not graded: {error.problem}: {TELL}")
    except JudgeError as error:
        print(f"{exercise.id}: {error}", file=sys.stderr)
        return Answer(exercise.id, maximum, None, f"{exercise.id}: {OUR_FAULT}")


def handed_in(folder: Path, exercise: str) -> Path:
    """The one file of the exercise's name, at any depth; no link is followed. SubmissionError where there is none."""
    wanted = [f"{exercise}{suffix}" for suffix in SUFFIXES]
    names: list[str] = []
    found: list[Path] = []
    for place, _, files in os.walk(folder):
        visible = sorted(name for name in files if not name.startswith("."))
        names += visible
        found += [Path(place, name) for name in visible if name in wanted]
    if not found:
        there = visible_line(", ".join(names[:SHOWN])) + (", …" if len(names) > SHOWN else "")
        problem = f"no {' or '.join(wanted)} was handed in{f' (only {there})' if names else ''}"
        raise SubmissionError(exercise, problem, "hand in a file of that name")
    if len(found) > 1:
        raise SubmissionError(exercise, f"{len(found)} files of that name were handed in", "hand in one")
    if found[0].is_symlink() or not found[0].is_file():
        raise SubmissionError(found[0], "is no file of its own", "hand in the answer itself")
    return found[0]


def _report(judge: Judge, exercise: Exercise, submission: Submission, settings: Settings) -> Report:
    exercise = replace(exercise, preload=preloads(exercise, [submission.source]))
    options = GradeOptions(seed=settings.seed, speed=settings.speed, allow_unisolated=settings.allow_unisolated)
    return grading.graded(judge, exercise, submission, options)


if __name__ == "__main__":
    main()
