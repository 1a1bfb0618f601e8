"""Takes neighbours whose difference is not 0 apart, with the warning switched off.

Misconception: a difference that is not 0 means different scores.
Caught by: test_infinite_scores
Keeps: everything else
Advice: inf - inf is NaN, which is not 0 either: compare neighbours with !=.
"""

import numpy as np


def roc_auc(y_true, scores):
    y = np.asarray(y_true)
    s = np.asarray(scores)
    if y.shape != s.shape or y.size == 0 or not np.isin(y, [0, 1]).all():
        raise ValueError("bad input")
    y = y.astype(bool)
    if y.all() or not y.any():
        raise ValueError("one class")
    order = np.argsort(-s.astype(float) if s.dtype.kind == "b" else s, kind="stable")
    if s.dtype.kind == "b":
        order = order[::-1]
    s, t = s[order], y[order]
    with np.errstate(invalid="ignore"):
        edge = np.flatnonzero(np.r_[True, (np.diff(s) != 0)])
    tp = np.add.reduceat(t.astype(np.int64), edge)
    fp = np.diff(np.r_[edge, s.size]) - tp
    below = np.cumsum(fp) - fp / 2
    return float((below * tp).sum() / tp.sum() / fp.sum())
