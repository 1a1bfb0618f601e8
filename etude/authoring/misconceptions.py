"""Section 8: `misconceptions.json` says what the wrong answers show today, and names them right on other inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from etude.authoring.answers import grade, wrong_answers
from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.verdict import Verdict
from etude.errors import CatalogError
from etude.exercise import Exercise
from etude.misconceptions import SEED, Misconceptions, Symptoms, alike, grounds, too_slow
from etude.symptom import Symptom
from etude.wrong_answer import WrongAnswer

NAMED_AT_LEAST = 0.95  # of a bank's wrong answers


@dataclass(frozen=True)
class Naming:
    """Of how many wrong answers the misconception is told, on inputs that they are not known by."""

    exercise: Exercise
    named: int
    of: int
    misnamed: tuple[str, ...]


def audit_misconceptions(bench: Bench, exercise: Exercise, seed: int, write: bool) -> Iterator[Fault | Naming]:
    answers = wrong_answers(exercise)
    today = Misconceptions(
        grounds(exercise), {wrong.path.stem: _shown(bench, exercise, wrong, SEED) for wrong in answers}
    )
    if (problem := _problem(exercise, today)) and not write:
        yield Fault(exercise.misconceptions_path, problem, "run this audit again with --write")
    elif problem:
        exercise.misconceptions_path.write_text(today.to_text(), "utf-8")
    misnamed = tuple(wrong.path.stem for wrong in answers if not _is_named(bench, exercise, wrong, today, seed))
    yield Naming(exercise, len(answers) - len(misnamed), len(answers), misnamed)


def _problem(exercise: Exercise, today: Misconceptions) -> str | None:
    try:
        written = Misconceptions.read(exercise)
    except CatalogError as error:
        return error.problem
    if written is None:
        return "is missing"
    if written.grounds != today.grounds:
        return "is older than the exercise's grader, metadata or wrong answers"
    differing = [name for name, checks in today.known.items() if not alike(checks, written.known.get(name, {}))]
    return f"says what {', '.join(differing)} no longer shows" if differing else None


def _is_named(bench: Bench, exercise: Exercise, wrong: WrongAnswer, known: Misconceptions, seed: int) -> bool:
    """As a learner's attempt would be: drawn anew first, then on the known inputs."""
    name = wrong.path.stem
    return known.may_know(_shown(bench, exercise, wrong, seed)) and known.name(known.known[name]) == name


def _shown(bench: Bench, exercise: Exercise, wrong: WrongAnswer, seed: int) -> Symptoms:
    verdict: Verdict = grade(bench, exercise, wrong.path, seed)
    found = {check: Symptom.from_json(symptom) for check, symptom in verdict.symptoms.items()}
    return found or too_slow(tuple(name for name in wrong.caught_by if name in verdict.timed))


def too_few(bank: Path, named: int, of: int) -> Iterator[Fault]:
    if named < NAMED_AT_LEAST * of:
        problem = f"{named} of {of} wrong answers are told their misconception, {NAMED_AT_LEAST:.0%} should be"
        yield Fault(bank, problem, "see `etude audit --json` for those that are not; give them checks that differ")
