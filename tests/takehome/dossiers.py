"""Made-up candidates for the tests of what a hiring team reads, one of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from etude.batch.similarity import Pair, Side
from etude.batch.store import Result
from etude.catalog import Catalog, shipped_bank
from etude.exercise import Exercise
from etude.report import Category, CheckResult, Isolation, Misconception, Panel, Rationale, Report, Status, Timing
from etude.takehome.dossier import Dossier, Event, FollowUp
from etude.takehome.follow_ups import follow_ups

TITLE = "Machine learning engineer, first round"
SEED = 8675309
BEGUN = datetime(2026, 3, 2, 18, 30, 5, tzinfo=UTC)
_CATALOG = Catalog.load([shipped_bank()])
EXERCISES = tuple(_CATALOG.get(id) for id in ("softmax", "backprop", "roc_auc"))
POINTS = {exercise.id: 11 for exercise in EXERCISES}
KERNEL = Isolation("kernel", 7, True)

CODE = '''"""Softmax along an axis."""

import numpy as np


def softmax(x, axis=-1):
    x = np.asarray(x, dtype=np.float64)
    size = x.shape[axis]
    e = np.exp(x)
    print("overflow?", size)
    return e / e.sum(axis=axis, keepdims=True)
'''
# One of everything: tags, an attribute's end, entities, a template's, a comment's and a style's syntax, ANSI escapes,
# NUL, bidirectional overrides, a lone surrogate.
NASTY = (
    "</pre></style></script></title><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\" "
    "onmouseover=\"window.owned = 1' onfocus='x &lt;b&gt; {{ 7 * 7 }} {% raw %} <!-- ]]> javascript:owned "
    "\x1b[2J\x1b]0;title\x07 \x00 \u202eback\u2066 \ud800 \x85"
)


def checks(function: str, *failing: str) -> tuple[CheckResult, ...]:
    """All pass but those named; `gradient` is skipped where `stability` fails."""

    def check(name: str, description: str, category: Category, points: int, why: Rationale, help: str) -> CheckResult:
        if name not in failing:
            return CheckResult(f"test_{name}", description, category, points, Status.PASSED, 2e-3)
        status = Status.ERROR if why.traceback else Status.FAILED
        return CheckResult(f"test_{name}", description, category, points, status, 3e-3, why, help)

    values = Rationale(
        "28 of 28 values differ.",
        f"{function}(array of shape (4, 7), float64)",
        "[[nan  0.  0.]\n [nan nan nan]]",
        "[[1. 0. 0.]\n [0. 0. 1.]]",
        "first at (0, 0): nan where 1.0 was wanted; largest error inf",
    )
    dtype = Rationale("The dtype is float64.", f"{function}(array of shape (5, 3), float32)", "float64", "float32")
    axis = Rationale(
        "your code raised IndexError: tuple index out of range",
        f"{function}(array of shape (2, 2), float64, axis=5)",
        traceback=f"{function}.py:8 in {function}\n    size = x.shape[axis]",
    )
    size = "Scores of any size give finite values."
    missing = "An axis that is not there raises ValueError."
    skipped = Rationale("test_large did not pass.")
    gradient = CheckResult("test_gradient", "The gradient is right.", Category.GRADIENT, 2, Status.PASSED, 4e-3)
    if "large" in failing:
        gradient = replace(gradient, status=Status.SKIPPED, rationale=skipped, seconds=0.0)
    return (
        check("dtype", "float32 stays float32.", Category.CONTRACT, 1, dtype, "Do the sums in the input's dtype."),
        check("values", "Each slice sums to one, on any axis.", Category.CORRECTNESS, 3, values, "Which axis is it?"),
        check("large", size, Category.STABILITY, 2, values, "Subtract the maximum."),
        check("axis", missing, Category.ERRORS, 1, axis, "Look before you index."),
        gradient,
    )


def speed(ratio: float) -> CheckResult:
    """Full points up to 1.5 times the reference's time, half up to 3."""
    timing = Timing(
        ratio, 1.5, 20, 5.3e-3 * ratio, 5.3e-3, 5.1e-3 * ratio, 4e-4,
        low=0.94 * ratio, high=1.07 * ratio, lower=(("half", 3.0),),
    )  # fmt: skip
    status = Status.PASSED if ratio <= 3 else Status.FAILED
    why = None if ratio <= 3 else Rationale(f"{ratio:.2f} times the reference's time, and 3 at most earns points.")
    share = 1.0 if ratio <= 1.5 else 0.5
    text = "A million numbers in at most 1.5 times the reference's time; up to 3 times earns half."
    return CheckResult(
        "test_speed", text, Category.SPEED, 2, status, 1.3, why, "Fewer passes.", timing=timing, share=share
    )


def result(candidate: str, exercise: Exercise, found: Iterable[CheckResult], code: str = CODE) -> Result:
    file = f"{exercise.id}.py"
    report = Report(exercise.id, file, SEED, "full", "cpu", KERNEL, 1.52, tuple(found))
    source = code.replace("softmax", exercise.entry_points[0])
    return Result(candidate, exercise.id, file, "", "", report, source=source)


def dossier(candidate: str, *results: Result, used: float = 82, late: float | None = None) -> Dossier:
    passed = "softmax: 3 of 4 passed, backprop: 1 of 5 passed"
    events = (
        Event(BEGUN, "begin", ""),
        Event(BEGUN + timedelta(minutes=11, seconds=40), "check", passed),
        Event(BEGUN + timedelta(minutes=14, seconds=2), "check", "softmax: 4 of 4 passed, backprop: 1 of 5 passed"),
        Event(BEGUN + timedelta(minutes=used - 12), "check", "softmax: 4 of 4 passed, backprop: 5 of 5 passed"),
        Event(BEGUN + timedelta(minutes=used), "submit", ""),
    )
    return Dossier(
        candidate,
        TITLE,
        90,
        datetime(2026, 3, 9, 23, 59, tzinfo=UTC),
        EXERCISES,
        {each.exercise: each for each in results},
        events=events,
        used=timedelta(minutes=used),
        late=None if late is None else timedelta(minutes=late),
        versions={"python": "3.12.1", "numpy": "2.1.0", "pytest": "8.3.4"},
        points=POINTS,
        follow_ups={exercise.id: follow_ups(exercise) for exercise in EXERCISES},
    )


def pair(exercise: Exercise, one: str, other: str) -> Pair:
    sides = (
        Side(name, f"{exercise.id}.py", CODE, own, share, lines)
        for name, own, share, lines in ((one, 612, 0.84, ((6, 9), (11, 11))), (other, 640, 0.8, ((4, 8),)))
    )
    return Pair(exercise.id, *sides)


def refused(candidate: str, exercise: Exercise) -> Result:
    return Result(candidate, exercise.id, f"{exercise.id}.py", "", "", None, refused="is empty: hand in your answer")


def mistaken(found: Result, belief: Misconception) -> Result:
    assert found.report is not None
    return replace(found, report=replace(found.report, misconception=belief))


SOFTMAX, BACKPROP, ROC_AUC = EXERCISES
ANSWERS = {
    "amber-heron": [((), 1.1), ((), 0.97), ((), 1.34)],
    "blue-crane": [(("dtype", "large", "axis"), 2.31), (("values", "axis"), 4.2), ((), 1.2)],
    "cedar-finch": [((), 1.4), (("axis",), 1.9), (("large",), 1.3)],
    "dusky-plover": [(("dtype", "large", "axis"), 2.4), ((), 1.1), (("values", "large", "axis"), 3.8)],
}
GRADED = {
    name: [
        result(name, exercise, (*checks(exercise.entry_points[0], *failing), speed(ratio)))
        for exercise, (failing, ratio) in zip(EXERCISES, each, strict=True)
    ]
    for name, each in ANSWERS.items()
}
BELIEF = Misconception(
    "unshifted", "exp is safe for any score.", "Subtract each slice's maximum first.", "Exponentiates as it stands."
)
EXCELLENT = dossier("amber-heron", *GRADED["amber-heron"], used=64)
PARTIAL = dossier("blue-crane", mistaken(GRADED["blue-crane"][0], BELIEF), *GRADED["blue-crane"][1:])
LATE = dossier("cedar-finch", *GRADED["cedar-finch"], used=102.5, late=12.5)
COPIED = replace(
    dossier("dusky-plover", *GRADED["dusky-plover"], used=31), pairs=(pair(SOFTMAX, "dusky-plover", "blue-crane"),)
)
TAMPERED = replace(
    dossier("ember-swift", GRADED["amber-heron"][0], refused("ember-swift", BACKPROP), used=88),
    remarks=("the journal is damaged at line 4: what comes after it is left out", "notes.txt: is no part of the test"),
)
NOTHING = Dossier("fallow-wren", TITLE, 90, LATE.due, EXERCISES, {}, points=POINTS)


def hostile() -> Dossier:
    """NASTY wherever a candidate may write."""
    rationale = Rationale(NASTY, NASTY, NASTY, NASTY, NASTY, f"{NASTY}:2 in {NASTY}\n    {NASTY}")
    panels = (Panel(NASTY, curves={NASTY: (1.0, 2.0)}),)
    bad = tuple(
        CheckResult(NASTY, NASTY, Category.ERRORS, 2, status, 0.1, rationale, NASTY, NASTY, figure=panels)
        for status in (Status.ERROR, Status.SKIPPED)
    )
    source = f'"""{NASTY}"""\n# {NASTY}\n\x0c\n'
    results = [replace(result(NASTY, each, bad), file=NASTY, source=source) for each in EXERCISES[:2]]
    broken = results[1].report
    assert broken is not None
    results[1] = replace(results[1], report=replace(broken, submission=NASTY, problem=rationale))
    results.append(replace(refused(NASTY, ROC_AUC), refused=NASTY, file=NASTY, source=source))
    side = Side(NASTY, NASTY, source, 300, 0.9, ((1, 2),))
    return replace(
        dossier(NASTY, *results),
        title=NASTY,
        remarks=(NASTY, f"=1+1{NASTY}"),
        versions={NASTY: NASTY},
        events=(Event(BEGUN, "begin", NASTY), Event(BEGUN - timedelta(hours=1), NASTY, NASTY)),
        pairs=(Pair("softmax", side, side),),
        follow_ups={"softmax": (FollowUp(NASTY, NASTY), FollowUp(f"`{NASTY}`", f"*{NASTY}*"))},
    )


HOSTILE = hostile()
ALL = (EXCELLENT, PARTIAL, LATE, COPIED, TAMPERED, NOTHING, HOSTILE)
