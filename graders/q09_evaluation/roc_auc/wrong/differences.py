"""Finds the groups of ties by differences of sorted scores.

Misconception: equal means that the difference is 0.
Caught by: test_infinite_scores
Keeps: test_ties
Advice: inf - inf is NaN: compare neighbours with != instead.
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
    order = np.argsort(s)
    s, y = s[order].astype(float), y[order]
    group = np.cumsum(np.append(0, np.diff(s) > 0))
    positives = np.bincount(group, weights=y)
    negatives = np.bincount(group) - positives
    return float(positives @ (np.cumsum(negatives) - negatives / 2) / (positives.sum() * negatives.sum()))
