"""Sections 2 and 3: right answers get full marks on every seed, wrong ones lose them where they say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from etude.authoring.bench import Bench
from etude.authoring.fault import Fault
from etude.authoring.verdict import Verdict
from etude.exercise import Exercise
from etude.judge.job import GradeOptions
from etude.wrong_answer import WrongAnswer

DEBUG = "debug_"  # exercises of this name begin with code that works in part
UNMENDED = "unmended_"  # their wrong answers that leave one of the stub's faults in


def right_answers(exercise: Exercise) -> list[Path]:
    return [exercise.solution_path, *exercise.right_answers()]


def wrong_answers(exercise: Exercise) -> list[WrongAnswer]:
    """Those whose docstring can be read; the structure section names the others."""
    found = []
    for path in exercise.wrong_answers():
        try:
            found.append(WrongAnswer.read(path))
        except (ValueError, SyntaxError):
            continue
    return found


def audit_right(bench: Bench, exercise: Exercise, path: Path, seeds: Sequence[int]) -> Iterator[Fault]:
    verdicts = {seed: grade(bench, exercise, path, seed) for seed in seeds}
    short = {seed: verdict for seed, verdict in verdicts.items() if not verdict.full_marks}
    if short:
        verdict = next(iter(short.values()))
        problem = f"a right answer gets {verdict.score} of {verdict.maximum} {_where(short, seeds)}: {verdict.why()}"
        yield Fault(path, problem, "mend the grader, or the answer")
    ran = [verdict.statuses for verdict in verdicts.values() if verdict.full_marks]
    if some := sorted({name for names in ran for name in names if not all(name in others for others in ran)}):
        yield Fault(path, f"{', '.join(some)} ran on some seeds only", "run the same checks on every seed")


def audit_wrong(bench: Bench, exercise: Exercise, wrong: WrongAnswer, seeds: Sequence[int]) -> Iterator[Fault]:
    verdicts = {seed: grade(bench, exercise, wrong.path, seed) for seed in seeds}
    checks, timed = frozenset(verdicts[seeds[0]].statuses), verdicts[seeds[0]].timed
    for name in (name for name in wrong.caught_by if name not in timed):
        if name not in checks:
            yield Fault(wrong.path, f"`Caught by` names {name}, which is no check", "name a function of the grader")
        elif missing := {seed: verdict for seed, verdict in verdicts.items() if name not in verdict.missed}:
            instead = ", ".join(next(iter(missing.values())).missed) or "nothing"
            problem = f"{name} does not catch it {_where(missing, seeds)}, but {instead} does"
            yield Fault(wrong.path, problem, "sharpen that check, or name the right one")
    for name in sorted(wrong.must_keep(checks)):
        if lost := {seed: verdict for seed, verdict in verdicts.items() if name in verdict.reasons}:
            why = next(iter(lost.values())).why([name])
            yield Fault(
                wrong.path,
                f"{name} should be kept and is lost {_where(lost, seeds)}: {why}",
                "let that check look at one thing only",
            )


def _where(some: Collection[int], seeds: Sequence[int]) -> str:
    return f"on seed {next(iter(some))} ({len(some)} of {len(seeds)} seeds)"


def audit_stub(bench: Bench, exercise: Exercise, seed: int) -> Iterator[Fault]:
    """It loads; it earns nothing, or, in a `debug_*` exercise, all that its faults do not touch."""
    path = exercise.stub_path
    verdict = grade(bench, exercise, path, seed)
    if verdict.problem is not None:
        yield Fault(path, f"does not load: {verdict.problem}", "mend the stub")
    elif not exercise.id.startswith(DEBUG):
        if verdict.score:
            mend = "let those checks rest on a value, or depend on one that does"
            yield Fault(path, f"the stub earns marks at {', '.join(verdict.earned)}", mend)
    else:
        faulty = {name for wrong in wrong_answers(exercise) if _unmended(wrong) for name in wrong.caught_by}
        lost = set(verdict.reasons)
        if extra := sorted(lost - faulty):
            problem = f"the stub loses {', '.join(extra)}, which none of its faults touches: {verdict.why(extra)}"
            yield Fault(path, problem, f"let one {UNMENDED}*.py name each fault's check, and no check depend on those")
        if kept := sorted(faulty - lost):
            yield Fault(path, f"the stub keeps {', '.join(kept)}", "leave the fault in that this check is for")


def audit_speed(bench: Bench, exercise: Exercise, seed: int) -> Iterator[Fault]:
    """Everything that is timed, with nothing else running: right answers within the limits, slow ones beyond."""
    timed = grade(bench, exercise, exercise.solution_path, seed).timed
    if not timed:
        return
    for path in right_answers(exercise):
        verdict = grade(bench, exercise, path, seed, speed=True)
        if not verdict.full_marks:
            problem = f"a right answer gets {verdict.score} of {verdict.maximum} when timed: {verdict.why()}"
            yield Fault(path, problem, "mend the grader's limit, or the answer")
    for wrong in wrong_answers(exercise):
        if slow := [name for name in wrong.caught_by if name in timed]:
            verdict = grade(bench, exercise, wrong.path, seed, speed=True)
            for name in (name for name in slow if name not in verdict.missed):
                yield Fault(wrong.path, f"{name} does not catch it", "make the input larger, or the limit tighter")


def grade(bench: Bench, exercise: Exercise, path: Path, seed: int, speed: bool = False, anew: bool = False) -> Verdict:
    source = path.read_text("utf-8")
    return bench.grade(exercise, path.name, source, GradeOptions(seed=seed, speed=speed), anew)


def _unmended(wrong: WrongAnswer) -> bool:
    return wrong.path.name.startswith(UNMENDED)
