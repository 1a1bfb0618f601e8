"""Stores whole labels in eight bits before it looks at them.

Misconception: labels are small.
Caught by: test_other_labels
Keeps: everything else
Advice: 256 becomes 0 there: check first.
"""

import numpy as np


def roc_auc(y_true, scores):
    y = np.asarray(y_true)
    s = np.asarray(scores)
    if y.dtype.kind in "iu":
        y = y.astype(np.int8)
    if y.shape != s.shape or y.size == 0 or not np.isin(y, [0, 1]).all():
        raise ValueError("bad input")
    y = y.astype(bool)
    if y.all() or not y.any():
        raise ValueError("one class")
    pos, neg = s[y], np.sort(s[~y])
    wins = np.searchsorted(neg, pos, "left") + np.searchsorted(neg, pos, "right")
    return float(wins.sum() / 2 / (len(pos) * len(neg)))
