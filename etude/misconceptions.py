"""What each wrong answer of an exercise shows on known inputs: `misconceptions.json`, precomputed by the audit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from etude.errors import CatalogError
from etude.exercise import Exercise
from etude.metadata import read_text
from etude.report import Category, Misconception, Report, Status
from etude.symptom import Symptom, symptoms
from etude.wrong_answer import WrongAnswer

SEED = 1  # of the inputs that wrong answers are known by; verdicts never rest on them
_TOO_SLOW = Symptom(Status.FAILED.value, "too slow", ())

Symptoms = Mapping[str, Symptom]  # check -> how it failed


@dataclass(frozen=True)
class Misconceptions:
    """`grounds` is a hash of all that the symptoms follow from in the exercise's own folder."""

    grounds: str
    known: Mapping[str, Symptoms]  # wrong answer -> its symptoms

    @classmethod
    def read(cls, exercise: Exercise) -> Misconceptions | None:
        """None where the exercise has none yet; CatalogError where the file is damaged."""
        path = exercise.misconceptions_path
        if not path.exists():
            return None
        try:
            return _parsed(read_text(path))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            fix = f"write it again: etude audit {exercise.id} --only misconceptions --write"
            raise CatalogError(path, f"cannot be read ({type(error).__name__}: {error})", fix) from None

    def to_text(self) -> str:
        """A line for each wrong answer, so that a change of one shows as one."""
        rows = {
            name: {check: symptom.to_json() for check, symptom in checks.items()} for name, checks in self.known.items()
        }
        lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(rows.items()))
        return f'{{\n  "grounds": {json.dumps(self.grounds)},\n  "known": {{\n{lines}\n  }}\n}}\n'

    def may_know(self, found: Symptoms) -> bool:
        """Whether any wrong answer fails these very checks, whatever the inputs."""
        return any(found.keys() == checks.keys() for checks in self.known.values())

    def name(self, found: Symptoms) -> str | None:
        """The wrong answer that shows the same on the known inputs; of several, one that shows exactly the same."""
        candidates = [name for name, checks in sorted(self.known.items()) if alike(checks, found)]
        exactly = [name for name in candidates if self.known[name] == found]
        return next(iter(exactly or candidates), None)


@lru_cache(maxsize=16)  # a batch asks anew for each answer
def _parsed(text: str) -> Misconceptions:
    data = json.loads(text)
    known: dict[str, Symptoms] = {
        name: {check: Symptom.from_json(symptom) for check, symptom in checks.items()}
        for name, checks in data["known"].items()
    }
    return Misconceptions(data["grounds"], known)


def alike(some: Symptoms, others: Symptoms) -> bool:
    """The same checks failed, each in the same way."""
    return some.keys() == others.keys() and all(some[check].is_like(others[check]) for check in some)


def grounds(exercise: Exercise) -> str:
    """A hash of grader, probe, metadata and wrong answers."""
    paths = (exercise.grader_path, exercise.probe_path, exercise.metadata_path, *exercise.wrong_answers())
    texts = [f"{path.name}\0{path.read_text('utf-8')}" for path in paths if path.exists()]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def shown(report: Report) -> dict[str, Symptom]:
    """What an answer shows: the checks it misses; where it is only too slow, that."""
    return symptoms(report) or {
        check.name: _TOO_SLOW
        for check in report.checks
        if check.category is Category.SPEED and check.status is Status.FAILED
    }


def too_slow(checks: tuple[str, ...]) -> dict[str, Symptom]:
    return dict.fromkeys(checks, _TOO_SLOW)


def told(exercise: Exercise, name: str) -> Misconception:
    """What its author says of the wrong answer called `name`; CatalogError where that cannot be read."""
    path = exercise.grader_folder / "wrong" / f"{name}.py"
    try:
        wrong = WrongAnswer.read(path)
    except (OSError, ValueError, SyntaxError) as error:
        raise CatalogError(path, f"cannot be read ({error})", f"`etude audit {exercise.id}` says more") from None
    return Misconception(name, wrong.misconception, wrong.advice, wrong.fault)
