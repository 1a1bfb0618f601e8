"""Grades the graders: right answers get full marks, wrong ones lose them where they say, the stub earns none.

python -m tests.audit [EX …] [--seeds K] [--bank DIR]
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.report import Report, Status
from etude.submission import Submission


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer and what its docstring says of it."""

    path: Path
    misconception: str
    caught_by: tuple[str, ...]
    advice: str

    @classmethod
    def read(cls, path: Path) -> WrongAnswer:
        """ValueError where the docstring does not name all three."""
        fields = {"Misconception": "", "Caught by": "", "Keeps": "", "Advice": ""}
        current = ""
        for line in (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines():
            name, colon, rest = line.partition(":")
            if colon and name in fields:
                current, line = name, rest
            if current:
                fields[current] = f"{fields[current]} {line.strip()}".strip()
        missing = [name for name, text in fields.items() if not text and name != "Keeps"]
        if missing:
            raise ValueError(f"its docstring lacks {', '.join(missing)}")
        names = tuple(name.strip() for name in fields["Caught by"].split(","))
        return cls(path, fields["Misconception"], names, fields["Advice"])


def audit(judge: Judge, exercise: Exercise, seeds: range) -> Iterator[str]:
    """Everything that is wrong with an exercise's graders, as `path: problem`."""
    yield from _structure(exercise)
    for seed in seeds:
        # Speed checks are timed on the first seed only: the others vary the data, not the clock.
        speed = seed == seeds[0]
        for path in (exercise.solution_path, *exercise.right_answers()):
            report = _grade(judge, exercise, path, seed, speed)
            if not report.full_marks:
                yield f"{path}: {report.score} of {report.maximum} on seed {seed}: {_reasons(report)}"
        for wrong in _wrong_answers(exercise):
            slow = any("speed" in name for name in wrong.caught_by)
            if slow and not speed:
                continue
            report = _grade(judge, exercise, wrong.path, seed, slow)
            missed = {check.name for check in report.checks if check.status in (Status.FAILED, Status.ERROR)}
            for name in wrong.caught_by:
                if name not in missed:
                    yield f"{wrong.path}: not caught by {name} on seed {seed}, but by {sorted(missed) or 'nothing'}"
    report = _grade(judge, exercise, exercise.stub_path, seeds[0], False)
    if report.score:
        earned = [check.name for check in report.checks if check.earned]
        yield f"{exercise.stub_path}: the stub earns {report.score} at {', '.join(earned)}"


def _structure(exercise: Exercise) -> Iterator[str]:
    for path in (exercise.prompt_path, exercise.stub_path, exercise.solution_path, exercise.grader_path):
        if not path.exists():
            yield f"{path}: missing"
    if len(exercise.right_answers()) < 2:
        yield f"{exercise.grader_folder / 'right'}: fewer than 2 right answers"
    if len(exercise.wrong_answers()) < 4:
        yield f"{exercise.grader_folder / 'wrong'}: fewer than 4 wrong answers"
    if len(exercise.hints) < 3:
        yield f"{exercise.metadata_path}: fewer than 3 hints"
    prompt = exercise.prompt_path.read_text("utf-8")
    for name in (*exercise.entry_points,):
        if name not in prompt:
            yield f"{exercise.prompt_path}: does not name {name}"
    for path in exercise.wrong_answers():
        try:
            WrongAnswer.read(path)
        except ValueError as error:
            yield f"{path}: {error}"


def _wrong_answers(exercise: Exercise) -> list[WrongAnswer]:
    found = []
    for path in exercise.wrong_answers():
        try:
            found.append(WrongAnswer.read(path))
        except ValueError:  # named by _structure
            continue
    return found


def _grade(judge: Judge, exercise: Exercise, path: Path, seed: int, speed: bool) -> Report:
    return judge.grade(exercise, Submission.read(str(path)), GradeOptions(seed=seed, speed=speed))


def _reasons(report: Report) -> str:
    missed = [check for check in report.checks if check.status is not Status.PASSED and check.counts]
    reasons = [f"{check.name} ({check.rationale.problem if check.rationale else check.status})" for check in missed]
    return "; ".join(reasons) or str(report.problem)


@click.command()
@click.argument("names", nargs=-1, metavar="[EX]...")
@click.option("--seeds", default=2, show_default=True, help="How many seeds to grade each answer on.")
@click.option("--first", default=None, type=int, help="The first of them (default: drawn at random).")
@click.option("--bank", type=click.Path(path_type=Path), default=None)
def main(names: tuple[str, ...], seeds: int, first: int | None, bank: Path | None) -> None:
    catalog = Catalog.load([bank or shipped_bank()])
    start = int.from_bytes(os.urandom(4), "little") if first is None else first
    faults = 0
    with Judge() as judge:
        for exercise in [catalog.get(name) for name in names] if names else list(catalog):
            click.echo(f"{exercise.id} …", err=True)
            for fault in audit(judge, exercise, range(start, start + seeds)):
                faults += 1
                click.echo(fault)
    click.echo(f"{faults} faults on seeds {start}–{start + seeds - 1}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
