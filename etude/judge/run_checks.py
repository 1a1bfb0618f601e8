"""Runs a submission through the checks of its exercise, in the grader's order, and makes a report of it."""

from __future__ import annotations

import dataclasses
import sys
import time
import traceback
from collections.abc import Sequence

import pytest

from etude.errors import EtudeError, JudgeError
from etude.judge import seeds
from etude.judge.brief import cut
from etude.judge.grading_run import GradingRun
from etude.judge.job import GradeOptions
from etude.judge.marker import SPEC, CheckSpec
from etude.judge.outcomes import CandidateError, CheckFailure
from etude.report import Category, CheckResult, Isolation, Rationale, Report, Status
from etude.syntax import parse

OURS = (JudgeError, EtudeError, OSError)  # whatever else a check raises may be due to a value nobody thought of
MAX_REASON = 300  # characters


def run(grading: GradingRun, items: Sequence[pytest.Item], versions: dict[str, str]) -> Report:
    """Every check's result; JudgeError for a fault of the grader's own."""
    began = time.perf_counter()
    options = grading.job.options
    problem = _load(grading)
    results: list[CheckResult] = []
    for position, item in enumerate(items):
        spec = item.stash[SPEC]
        if options.checks is not None and spec.name not in options.checks:
            continue
        following = items[position + 1] if position + 1 < len(items) else None
        result = _left_out(spec, options) or _waived(spec, results, problem, options.fail_fast)
        results.append(result or _run_item(grading, item, spec, following))
    return Report(
        exercise=grading.job.exercise.id,
        submission=grading.job.submission,
        seed=grading.seed,
        feedback="full",
        device=options.device,
        isolation=grading.candidate.isolation or Isolation("none", 0, False, ("no code was run",)),
        seconds=time.perf_counter() - began - grading.waited,
        checks=tuple(results),
        problem=problem,
        versions=versions,
    )


def _load(grading: GradingRun) -> Rationale | None:
    """Parse on the host, load in a worker; the reason why the answer cannot be run at all, if there is one."""
    answer = grading.candidate.answer
    try:
        parse(answer.source)
    except SyntaxError as error:
        return _syntax_error(answer.name, error)
    try:
        grading.candidate.load()
    except CandidateError as error:
        return error.rationale
    return None


def _syntax_error(name: str, error: SyntaxError) -> Rationale:
    """The line and a caret below the place."""
    text = (error.text or "").rstrip()
    line = text.lstrip()[:200]
    column = max((error.offset or 1) - 1 - (len(text) - len(text.lstrip())), 0)
    caret = f"\n    {line}\n    {' ' * min(column, 200)}^" if line else ""
    problem = f"syntax error in line {error.lineno}: {error.msg}: mend it and grade again"
    return Rationale(problem, traceback=f"{name}:{error.lineno}{caret}")


def _result(spec: CheckSpec, status: Status, seconds: float = 0.0, **fields: object) -> CheckResult:
    return CheckResult(
        spec.name,
        spec.description,
        spec.category,
        spec.points,
        status,
        seconds,
        testimony=spec.testimony,
        device=spec.device,
        **fields,  # type: ignore[arg-type]
    )


def _left_out(spec: CheckSpec, options: GradeOptions) -> CheckResult | None:
    if spec.device != "cpu" and options.device != spec.device:
        why = "needs a GPU, which this run did not have: left out of the maximum"
        return _result(spec, Status.SKIPPED, rationale=Rationale(why), counts=False)
    if spec.category is Category.SPEED and not options.speed:
        return _result(spec, Status.SKIPPED, rationale=Rationale("speed checks were not asked for"), counts=False)
    return None


def _waived(
    spec: CheckSpec, results: Sequence[CheckResult], problem: Rationale | None, fail_fast: bool
) -> CheckResult | None:
    """A check that need not run: the answer cannot, or what it depends on did not pass."""
    if problem is not None:
        return _result(spec, Status.ERROR)
    missed = [result for result in results if result.status is not Status.PASSED and result.counts]
    if fail_fast and missed:
        return _result(spec, Status.SKIPPED, rationale=Rationale("an earlier check did not pass"))
    for result in missed:
        if result.name in spec.depends_on:
            return _result(spec, Status.SKIPPED, rationale=Rationale(f"waits for “{result.description}”"))
    return None


def _run_item(grading: GradingRun, item: pytest.Item, spec: CheckSpec, following: pytest.Item | None) -> CheckResult:
    grading.timing, grading.share, grading.advice = None, 1.0, None
    grading.tell(spec.description)
    began, waited = time.perf_counter(), grading.waited
    error = _attempt(grading, item, spec, following)
    seconds = time.perf_counter() - began - (grading.waited - waited)
    printed = grading.candidate.printed()
    if error is None:
        return _result(
            spec,
            Status.PASSED,
            seconds,
            output=printed,
            timing=grading.timing,
            share=grading.share,
            help=grading.advice,
        )
    if isinstance(error, pytest.skip.Exception):
        return _result(spec, Status.SKIPPED, seconds, rationale=Rationale(str(error)), counts=False)
    if _may_be_the_answers(error, grading.job.options) and _reference_passes(grading, item, spec, following):
        error = _stumble(error)
    if isinstance(error, (CheckFailure, CandidateError)):
        status = Status.FAILED if isinstance(error, CheckFailure) else Status.ERROR
        rationale = dataclasses.replace(error.rationale, given=error.rationale.given or grading.candidate.given())
        return _result(
            spec,
            status,
            seconds,
            rationale=rationale,
            help=error.help or (None if _is_plain(error) else spec.help),
            output=printed,
            timing=grading.timing,
            figure=error.figure if isinstance(error, CheckFailure) else (),
        )
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    raise JudgeError(_grader_fault(grading, item, error))


def _is_plain(error: CheckFailure | CandidateError) -> bool:
    return isinstance(error, CandidateError) and error.exception is not None and error.exception.is_plain


def _attempt(
    grading: GradingRun, item: pytest.Item, spec: CheckSpec, following: pytest.Item | None
) -> BaseException | None:
    """What the check raised of the run's candidate, if anything."""
    try:
        grading.candidate.begin(seeds.worker_seed(grading.seed, grading.job.exercise.id, spec.name), spec.device)
        return _outcome(grading, item, following)
    except CandidateError as died:  # a module that loads once and not twice
        return died


def _outcome(grading: GradingRun, item: pytest.Item, following: pytest.Item | None) -> BaseException | None:
    """Run one check with its fixtures, as pytest does; what was raised first. Nothing listens, so no hook is called."""
    raised: BaseException | None = None
    if not item._request:  # type: ignore[attr-defined]  # it has run before
        item._initrequest()  # type: ignore[attr-defined]
    # What nearly every check takes: pytest fills in the others, and would be a tenth of a grading's time over these.
    common = {"request": item._request, "submission": grading.proxy, "rng": grading.rng(item.name)}  # type: ignore[attr-defined]
    item.funcargs.update(common)  # type: ignore[attr-defined]
    try:
        item.session._setupstate.setup(item)
        item.runtest()
    except BaseException as error:
        raised = error
    try:
        item.session._setupstate.teardown_exact(following)
    except BaseException as error:
        raised = raised or error
    item._request = False  # type: ignore[attr-defined]
    item.funcargs = None  # type: ignore[attr-defined]
    return raised


def _may_be_the_answers(error: BaseException, options: GradeOptions) -> bool:
    return isinstance(error, Exception) and not isinstance(error, OURS) and not options.strict


def _stumble(error: BaseException) -> CandidateError:
    problem = f"what your code gives cannot be checked ({type(error).__name__}: {cut(str(error), MAX_REASON)})"
    return CandidateError(Rationale(problem), "Compare the types and shapes of what you return with those asked for.")


def _reference_passes(grading: GradingRun, item: pytest.Item, spec: CheckSpec, following: pytest.Item | None) -> bool:
    """Whether it was the answer's values that the check could not take, and no fault of its own."""
    answers = grading.candidate
    # Not the helper of speed checks, which time it against the candidate.
    grading.candidate = grading.worker("reference", grading.job.exercise.solution_path.read_text("utf-8"))
    try:
        return _attempt(grading, item, spec, following) is None
    finally:
        grading.candidate.close()
        grading.candidate = answers


def _grader_fault(grading: GradingRun, item: pytest.Item, error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == str(grading.job.exercise.grader_path)] or frames[-1:]
    print("".join(traceback.format_exception(error)), file=sys.stderr)
    where = f"line {own[-1].lineno}" if own else "somewhere"
    return f"{grading.job.exercise.grader_path}: {item.name} ({where}) raised {type(error).__name__}: {error}"
