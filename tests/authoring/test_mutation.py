"""A mutant that keeps full marks is a missing check, unless its author says why it behaves the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from etude.authoring.answers import grade
from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.ledger import Ledger
from etude.authoring.mutation import Autopsy, Fate, autopsies, chosen, stale
from etude.exercise import Exercise

ENTRY = "[[equivalent]]\nbefore = 'if not parts >= 1:'\nafter = {after!r}\nreason = 'x'\n"


def audit(bench: Bench, exercise: Exercise) -> tuple[Counter[Fate], list[str]]:
    found = [*autopsies(bench, exercise, chosen(exercise, None, "today"), 2), *stale(exercise)]
    fates = Counter(finding.fate for finding in found if isinstance(finding, Autopsy))
    return fates, [finding.problem for finding in found if isinstance(finding, Fault)]


def test_every_mutant_is_killed(bench: Bench, halve: Exercise) -> None:
    fates, problems = audit(bench, halve)
    assert problems == []
    assert set(fates) == {Fate.KILLED}
    assert fates.total() > 20


def test_a_missing_check_lets_mutants_live(bench: Bench, halve: Exercise) -> None:
    halve.grader_path.write_text(halve.grader_path.read_text().replace("(0, -1)", "(-1,)"))
    fates, problems = audit(bench, halve)
    assert "a mutant survives: line 18: `if not parts >= 1:` became `if not parts >= 0:`" in problems
    assert fates[Fate.SURVIVED] == len(problems)


def test_a_survivor_may_be_explained(bench: Bench, halve: Exercise) -> None:
    halve.grader_path.write_text(halve.grader_path.read_text().replace("(0, -1)", "(-1,)"))
    _, before = audit(bench, halve)
    (halve.grader_folder / "equivalent.toml").write_text(ENTRY.format(after="if not parts >= 0:"))
    fates, problems = audit(bench, halve)
    assert fates[Fate.EQUIVALENT] == 1
    assert len(problems) == len(before) - 1


def test_an_explanation_of_a_mutant_that_is_killed(bench: Bench, halve: Exercise) -> None:
    (halve.grader_folder / "equivalent.toml").write_text(ENTRY.format(after="if not parts >= 0:"))
    (problem,) = audit(bench, halve)[1]
    assert problem.startswith("`if not parts >= 0:` is called equivalent, but test_no_parts")


def test_an_explanation_of_nothing(bench: Bench, halve: Exercise) -> None:
    (halve.grader_folder / "equivalent.toml").write_text(ENTRY.format(after="if parts:"))
    assert audit(bench, halve)[1] == ["no mutant turns `if not parts >= 1:` into `if parts:`"]


def test_some_mutants_are_drawn_anew_each_day(halve: Exercise) -> None:
    today, again, tomorrow = (
        [mutant.after for mutant in chosen(halve, 8, day)] for day in ("monday", "monday", "tuesday")
    )
    assert len(today) == 8
    assert today == again != tomorrow


def test_verdicts_outlive_an_audit_and_not_a_change(halve: Exercise, tmp_path: Path) -> None:
    path = tmp_path / "ledger" / "audit.sqlite"
    answer = halve.grader_folder / "wrong" / "doubles.py"
    with Bench(Ledger(path)) as bench:
        first = grade(bench, halve, answer, 0)
    with Bench(Ledger(path)) as bench:
        assert grade(bench, halve, answer, 0) == first  # its seconds too: nothing was run
        halve.grader_path.write_text(halve.grader_path.read_text() + "\n")
        assert grade(bench, halve, answer, 0).seconds != first.seconds
