"""The area under the ROC curve."""

import numpy.typing as npt


def roc_auc(y_true: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """The share of (positive, negative) pairs that the scores put in order; ties count half.

    y_true: (N,), labels 0 and 1. scores: (N,), higher for label 1; infinities are legal.

    ValueError where only one class is there, for empty input, lengths that differ, other labels.
    """
    raise NotImplementedError
