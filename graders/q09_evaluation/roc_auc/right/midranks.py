"""The rank-sum statistic with midranks, from the counts of distinct scores."""

import math

import numpy as np


def _midranks(s):
    _, inverse, counts = np.unique(s, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[inverse]


def roc_auc(y_true, scores):
    y, s = np.array(y_true), np.array(scores)
    if y.shape != s.shape:
        raise ValueError("shapes differ")
    positive = y == 1
    p, n = int(np.count_nonzero(positive)), int(np.count_nonzero(y == 0))
    if p + n < y.size:
        raise ValueError("unknown labels")
    if math.prod((p, n)) == 0:
        raise ValueError("a class is missing")
    return float((_midranks(s)[positive].sum() - p * (p + 1) / 2) / (p * n))
