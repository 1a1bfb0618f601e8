"""Right answers must get full marks, wrong ones must lose them where they say, hollow ones must earn none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from etude.authoring.answers import audit_right, audit_stub, audit_wrong, right_answers, wrong_answers
from etude.authoring.bench import Bench
from etude.authoring.cost import Cost, audit_cost
from etude.authoring.fault import Fault
from etude.authoring.hollow import KINDS, audit_hollow
from etude.authoring.steadiness import audit_steadiness
from etude.exercise import Exercise
from etude.wrong_answer import WrongAnswer
from tests.authoring.halve import read

SEEDS = range(2)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def problems(findings: Iterable[object]) -> list[str]:
    return [finding.problem for finding in findings if isinstance(finding, Fault)]


def wrong(exercise: Exercise, name: str) -> WrongAnswer:
    return WrongAnswer.read(exercise.grader_folder / "wrong" / f"{name}.py")


def test_answers_that_keep_their_promise(bench: Bench, halve: Exercise) -> None:
    for path in right_answers(halve):
        assert problems(audit_right(bench, halve, path, SEEDS)) == []
    for answer in wrong_answers(halve):
        assert problems(audit_wrong(bench, halve, answer, SEEDS)) == []
    assert problems(audit_stub(bench, halve, 0)) == []


def test_a_right_answer_that_loses_marks(bench: Bench, halve: Exercise) -> None:
    path = halve.grader_folder / "right" / "by_the_inverse.py"
    replace(path, "1 / parts", "1.001 / parts")
    (problem,) = problems(audit_right(bench, halve, path, SEEDS))
    assert problem.startswith("a right answer gets 0 of 4 on seed 0 (2 of 2 seeds): test_values (")


def test_checks_that_run_on_some_seeds_only(bench: Bench, halve: Exercise) -> None:
    replace(
        halve.grader_path,
        "    for parts in (1, 3, 5):",
        "    if x[0] < 1.5: pytest.skip('x')\n    for parts in (1, 3, 5):",
    )
    replace(halve.grader_path, "from etude", "import pytest\nfrom etude")
    (problem,) = problems(audit_right(bench, halve, halve.solution_path, range(20)))
    assert problem == "test_parts ran on some seeds only"


def test_a_wrong_answer_that_nothing_catches(bench: Bench, halve: Exercise) -> None:
    replace(halve.grader_path, "(1, 3, 5)", "(2,)")
    (problem,) = problems(audit_wrong(bench, halve, wrong(halve, "always_two"), SEEDS))
    assert problem == "test_parts does not catch it on seed 0 (2 of 2 seeds), but nothing does"


def test_a_wrong_answer_that_names_no_check(bench: Bench, halve: Exercise) -> None:
    replace(halve.grader_folder / "wrong" / "floors.py", "test_values", "test_value")
    assert problems(audit_wrong(bench, halve, wrong(halve, "floors"), SEEDS)) == [
        "`Caught by` names test_value, which is no check"
    ]


def test_marks_that_a_wrong_answer_should_keep(bench: Bench, halve: Exercise) -> None:
    path = halve.grader_folder / "wrong" / "never_raises.py"
    replace(path, "Advice", "Keeps: everything else\nAdvice")
    assert problems(audit_wrong(bench, halve, wrong(halve, "never_raises"), SEEDS)) == []
    replace(halve.grader_path, "(1, 3, 5)", "(0, 1)")
    (problem,) = problems(audit_wrong(bench, halve, wrong(halve, "never_raises"), SEEDS))
    assert problem.startswith("test_parts should be kept and is lost on seed 0")


def test_a_stub_that_earns_marks(bench: Bench, halve: Exercise) -> None:
    halve.stub_path.write_text("def halve(x, parts=2):\n    return x / 2\n")
    assert problems(audit_stub(bench, halve, 0)) == ["the stub earns marks at test_values"]


def test_a_stub_that_does_not_load(bench: Bench, halve: Exercise) -> None:
    halve.stub_path.write_text("import nothing_like_it\n\n\ndef halve(x, parts=2): ...\n")
    (problem,) = problems(audit_stub(bench, halve, 0))
    assert problem.startswith("does not load: ")


def test_the_stub_of_a_debug_exercise_loses_what_its_faults_touch(bench: Bench, halve: Exercise) -> None:
    for place in ("exercises", "graders"):
        (halve.bank / place / "q01_basics" / "halve").rename(halve.bank / place / "q01_basics" / "debug_halve")
    folder = halve.bank / "graders" / "q01_basics" / "debug_halve"
    (folder / "test_halve.py").rename(folder / "test_debug_halve.py")
    from etude.metadata import read_exercise

    exercise = read_exercise(halve.bank / "exercises/q01_basics/debug_halve/exercise.toml")
    exercise.stub_path.write_text("def halve(x, parts=2):\n    return x / parts if parts else x\n")
    assert problems(audit_stub(bench, exercise, 0))[0].startswith("the stub loses test_no_parts, which none of its")
    (folder / "wrong" / "never_raises.py").rename(folder / "wrong" / "unmended_error.py")
    assert problems(audit_stub(bench, exercise, 0)) == []
    exercise.stub_path.write_text((folder / "right" / "by_the_inverse.py").read_text())
    assert problems(audit_stub(bench, exercise, 0)) == ["the stub keeps test_no_parts"]


def test_hollow_answers_earn_nothing_for_values(bench: Bench, halve: Exercise) -> None:
    for kind in KINDS:
        assert problems(audit_hollow(bench, halve, kind, 0)) == []


def test_marks_for_a_hollow_answer(bench: Bench, halve: Exercise) -> None:
    replace(halve.grader_path, "0.5 * x)", "0.5 * x, tol=9.0)")
    (problem, *_) = problems(audit_hollow(bench, halve, "zeros", 0))
    assert problem == "test_values (correctness) is passed by a hollow answer (zeros) on seed 0"
    granted = "[[hollow]]\nanswer = 'zeros'\ncheck = 'test_values'\nreason = 'x'\n"
    (halve.grader_folder / "equivalent.toml").write_text(granted)
    assert problems(audit_hollow(bench, halve, "zeros", 0)) == []
    replace(halve.grader_path, ", tol=9.0", "")
    assert problems(audit_hollow(bench, halve, "zeros", 0)) == [
        "test_values is not passed by the hollow answer (zeros)"
    ]


def test_a_check_that_draws_from_elsewhere(bench: Bench, halve: Exercise) -> None:
    replace(halve.grader_path, "    x = rng", "    assert_close(random.random() < 0.5, True)\n    x = rng")
    replace(halve.grader_path, "from etude", "import random\n\nfrom etude")
    found = [problem for seed in range(4) for problem in problems(audit_steadiness(bench, halve, seed, None))]
    assert found
    assert all("ended otherwise when repeated" in problem for problem in found)


def test_a_steady_exercise(bench: Bench, halve: Exercise) -> None:
    assert problems(audit_steadiness(bench, halve, 0, 3)) == []


def test_an_import_in_the_worker_is_named(bench: Bench, halve: Exercise) -> None:
    replace(halve.solution_path, "    if not parts", "    import colorsys\n\n    if not parts")
    found = [*audit_cost(bench, halve)]
    assert problems(found) == ["the reference imports colorsys in the worker"]
    assert [finding.checks for finding in found if isinstance(finding, Cost)] == [3]


def test_an_import_at_the_top_is_named_unless_preloaded(bench: Bench, halve: Exercise) -> None:
    replace(halve.solution_path, "\n\ndef halve", "\nimport colorsys\n\n\ndef halve")
    assert problems(audit_cost(bench, halve)) == ["the reference imports colorsys in the worker"]
    replace(halve.metadata_path, '["numpy"]', '["numpy", "colorsys"]')
    assert problems(audit_cost(bench, read(halve.bank))) == []
