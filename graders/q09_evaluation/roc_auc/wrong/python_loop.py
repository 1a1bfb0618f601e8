"""Walks through the sorted rows in Python.

Misconception: O(N log N) is all that matters.
Caught by: test_speed
Keeps: test_ties, test_distinct_scores
Advice: the interpreter takes a hundred nanoseconds a step: use cumulative sums.
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
    won = below = 0.0
    pairs = sorted(zip(s.tolist(), y.tolist()))
    i = 0
    while i < len(pairs):
        j, p, n = i, 0, 0
        while j < len(pairs) and pairs[j][0] == pairs[i][0]:
            p += pairs[j][1]
            n += 1 - pairs[j][1]
            j += 1
        won += p * (below + n / 2)
        below += n
        i = j
    return won / (below * (len(pairs) - below))
