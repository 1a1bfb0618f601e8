"""Evaluates the curve at 50 evenly spaced thresholds over the scores' range.

Misconception: enough thresholds give the area.
Caught by: test_distinct_scores
Advice: groups of different scores between two thresholds count as ties: use every distinct score.
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
    finite = s[np.isfinite(s)]
    thresholds = np.linspace(finite.max(), finite.min(), 50)
    tpr = np.array([0.0, *(np.mean(s[y == 1] >= t) for t in thresholds), 1.0])
    fpr = np.array([0.0, *(np.mean(s[y == 0] >= t) for t in thresholds), 1.0])
    return float(np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1])) / 2)
