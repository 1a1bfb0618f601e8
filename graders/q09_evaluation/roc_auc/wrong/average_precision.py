"""Computes the area under the precision-recall curve.

Misconception: the two areas are the same thing.
Caught by: test_distinct_scores
Advice: the ROC curve has the false-positive rate on its horizontal axis.
"""

import numpy as np
import numpy.typing as npt


def roc_auc(y_true: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """The share of (positive, negative) pairs that the scores put in order; ties count half.

    y_true: (N,), labels 0 and 1. scores: (N,), higher for label 1; infinities are legal.

    ValueError where only one class is there, for empty input, lengths that differ, other labels.
    """
    y, s = np.asarray(y_true), np.asarray(scores)
    if len(y) != len(s):
        raise ValueError(f"{len(y)} labels and {len(s)} scores")
    if not np.all((y == 0) | (y == 1)):
        raise ValueError("labels must be 0 or 1")
    if not np.any(y == 1) or not np.any(y == 0):  # also where there is no row
        raise ValueError("both classes must be there")
    order = np.argsort(s)[::-1]
    hits = y[order] == 1
    precision = np.cumsum(hits) / np.arange(1, len(y) + 1)
    return float(precision[hits].mean())
