"""Evaluates the curve on a grid of 100 thresholds between 0 and 1.

Misconception: the curve is smooth, so a grid will do.
Caught by: test_distinct_scores
Advice: the curve has a step for every score: use the scores themselves as thresholds.
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
    thresholds = np.linspace(1, 0, 100)
    tpr = np.array([0.0, *(np.mean(s[y == 1] >= t) for t in thresholds), 1.0])
    fpr = np.array([0.0, *(np.mean(s[y == 0] >= t) for t in thresholds), 1.0])
    return float(np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1])) / 2)
