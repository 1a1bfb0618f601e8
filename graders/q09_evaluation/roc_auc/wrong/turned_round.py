"""Turns rankings worse than chance round.

Misconception: an area below 0.5 means that the labels are swapped.
Caught by: test_distinct_scores
Advice: it means that the ranking is bad, and that is worth knowing.
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
    _, group = np.unique(s, return_inverse=True)
    positives = np.bincount(group, weights=y)
    negatives = np.bincount(group) - positives
    won = positives @ (np.cumsum(negatives) - negatives / 2)
    area = float(won / (positives.sum() * negatives.sum()))
    return max(area, 1 - area)
