"""Sorts the negatives only and looks up where each positive falls, on either side of its ties."""

import numpy as np


def roc_auc(y_true, scores):
    y = np.asarray(y_true).ravel()
    s = np.asarray(scores).ravel()
    if y.size != s.size or y.size == 0:
        raise ValueError("need as many labels as scores, and at least one")
    if set(np.unique(y).tolist()) != {0, 1}:
        raise ValueError("need labels 0 and 1, and both of them")
    negatives, positives = np.sort(s[y == 0]), np.sort(s[y == 1])
    below = np.searchsorted(negatives, positives, side="left").sum()
    not_above = np.searchsorted(negatives, positives, side="right").sum()
    return (int(below) + int(not_above)) / (2 * negatives.size * positives.size)
