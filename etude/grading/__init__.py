"""What a grader file imports: the `check` marker, and assertions that explain themselves.

An assertion takes whatever the candidate returned, and fails the check where that is not what was asked for; it
never raises anything else. `help` is what the learner is told when it fails.
"""

from etude.grading.behaviour import assert_raises, assert_rules, assert_unchanged
from etude.grading.figures import attach_figure, curves, image, matrix
from etude.grading.gradients import assert_gradient
from etude.grading.marker import check
from etude.grading.values import (
    as_array,
    assert_close,
    assert_dtype,
    assert_shape,
    assert_true,
    assert_type,
    entry,
    fail,
    unpack,
)
from etude.judge.proxy import Handle, Observed
from etude.sandbox.wire import TensorValue

__all__ = [
    "Handle",
    "Observed",
    "TensorValue",
    "as_array",
    "assert_close",
    "assert_dtype",
    "assert_gradient",
    "assert_raises",
    "assert_rules",
    "assert_shape",
    "assert_true",
    "assert_type",
    "assert_unchanged",
    "attach_figure",
    "check",
    "curves",
    "entry",
    "fail",
    "image",
    "matrix",
    "unpack",
]
