"""A failed attempt is told the misconception that it looks like, and none that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.misconceptions import Naming, audit_misconceptions, too_few
from etude.database import Database
from etude.exercise import Exercise
from etude.judge.client import Judge
from etude.judge.job import GradeOptions
from etude.practice.desk import Desk
from etude.report import Category, CheckResult, Misconception, Rationale, Report, Status
from etude.submission import Submission
from etude.symptom import Symptom
from tests.authoring.halve import CHECKED


def audited(bench: Bench, exercise: Exercise, write: bool = False, seed: int = 9) -> tuple[list[str], Naming]:
    """The problems found, and how many were named."""
    found = list(audit_misconceptions(bench, exercise, seed, write))
    (naming,) = (finding for finding in found if isinstance(finding, Naming))
    return [finding.problem for finding in found if isinstance(finding, Fault)], naming


@pytest.fixture
def known(bench: Bench, halve: Exercise) -> Exercise:
    """The exercise with its misconceptions.json."""
    audited(bench, halve, write=True)
    return halve


def test_one_that_is_missing_is_written_when_asked(bench: Bench, halve: Exercise) -> None:
    assert audited(bench, halve)[0] == ["is missing"]
    assert audited(bench, halve, write=True)[0] == []
    assert audited(bench, halve)[0] == []


def test_every_wrong_answer_is_named_on_other_inputs(bench: Bench, known: Exercise) -> None:
    for seed in (9, 10):
        assert audited(bench, known, seed=seed)[1] == Naming(known, 5, 5, ())


def test_a_twin_is_not_named_and_too_many_of_them_are_a_fault(bench: Bench, halve: Exercise) -> None:
    wrong = halve.grader_folder / "wrong"
    (wrong / "a_twin.py").write_text((wrong / "doubles.py").read_text())
    naming = audited(bench, halve, write=True)[1]
    assert naming == Naming(halve, 5, 6, ("doubles",))
    (fault,) = too_few(halve.bank, naming.named, naming.of)
    assert fault.problem == "5 of 6 wrong answers are told their misconception, 95% should be"
    assert [*too_few(halve.bank, 95, 100)] == []


@pytest.mark.parametrize("part", ["grader_path", "metadata_path"])
def test_it_must_be_newer_than_what_it_follows_from(bench: Bench, known: Exercise, part: str) -> None:
    with getattr(known, part).open("a") as file:
        file.write("\n# another\n")
    assert audited(bench, known)[0] == ["is older than the exercise's grader, metadata or wrong answers"]


def test_it_must_say_what_the_wrong_answers_show(bench: Bench, known: Exercise) -> None:
    path = known.misconceptions_path
    path.write_text(path.read_text().replace('"doubles": {"test_values"', '"doubles": {"test_parts"'))
    assert audited(bench, known)[0] == ["says what doubles no longer shows"]


@pytest.mark.parametrize("text", ["", "[]", '{"grounds": "x", "known": {"a": {"test": ["failed"]}}}', "\0"])
def test_a_damaged_one_is_a_fault_and_costs_no_verdict(bench: Bench, known: Exercise, judge: Judge, text: str) -> None:
    known.misconceptions_path.write_text(text)
    (problem,) = audited(bench, known)[0]
    assert problem.startswith("cannot be read")
    warnings: list[str] = []
    report = attempt(judge, known, "def halve(x, parts=2):\n    return x * 2\n", warnings)
    assert report.score == 0
    assert report.misconception is None
    assert len(warnings) == 1
    assert "cannot be read" in warnings[0]


def attempt(judge: Judge, exercise: Exercise, source: str, warnings: list[str] | None = None, seed: int = 4) -> Report:
    def warn(line: str) -> None:
        assert warnings is not None, line
        warnings.append(line)

    desk = Desk(judge, Database(Path("nowhere"), warn), warn)
    return desk.grade(exercise, Submission("mine.py", source), GradeOptions(seed=seed))


def test_the_same_fault_written_otherwise_is_told(judge: Judge, known: Exercise) -> None:
    lines = "    y = x.copy()\n    for i in range(len(x)):\n        y[i] *= parts\n    return y\n"
    report = attempt(judge, known, f"def halve(x, parts=2):\n{CHECKED}{lines}")
    assert report.misconception == Misconception("doubles", "x.", "x.", "x")
    assert report.for_exam().misconception is None


def test_another_fault_at_the_same_check_is_told_nothing(judge: Judge, known: Exercise) -> None:
    for formula in ("x + parts", "x / parts + 0.01", "-x / parts"):
        assert attempt(judge, known, f"def halve(x, parts=2):\n{CHECKED}    return {formula}\n").misconception is None


def test_a_right_answer_is_told_nothing(judge: Judge, known: Exercise) -> None:
    for path in (known.solution_path, *known.right_answers()):
        for seed in (4, 5):
            report = attempt(judge, known, path.read_text(), seed=seed)
            assert report.full_marks
            assert report.misconception is None


def test_an_answer_that_does_not_load_is_told_nothing(judge: Judge, known: Exercise) -> None:
    assert attempt(judge, known, "def halve(").misconception is None


def test_a_path_of_this_machine_is_no_symptom() -> None:
    def symptom(place: str) -> Symptom:
        why = Rationale(f"your code raised FileExistsError: '{place}/model.onnx' {'and so on ' * 40}"[:300])
        return Symptom.of(CheckResult("test_x", "x", Category.ERRORS, 1, Status.ERROR, 0.1, why))

    assert symptom("/tmp/etude-host-1a/b") == symptom("/home/somebody/c2")
    assert (
        "https://example.org/a/b"
        in Symptom.of(
            CheckResult("test_x", "x", Category.ERRORS, 1, Status.ERROR, 0.1, Rationale("see https://example.org/a/b"))
        ).problem
    )
