"""Compares all pairs in one matrix.

Misconception: vectorised is fast.
Caught by: test_speed
Keeps: test_ties, test_distinct_scores
Advice: with 200,000 rows there are ten billion pairs: sort instead.
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
    positives, negatives = s[y == 1][:, None], s[y == 0]
    return float(((positives > negatives) + 0.5 * (positives == negatives)).mean())
