"""The curve itself: cumulative rates at the ends of the groups of equal scores, and the trapezoidal rule."""

from numpy import *


def roc_auc(y_true, scores):
    truth, values = asarray(y_true), asarray(scores, dtype=float)
    if len(truth) != len(values):
        raise ValueError("lengths differ")
    if not isin(truth, [0, 1]).all():
        raise ValueError("labels other than 0 and 1")
    order = argsort(values)[::-1]
    truth, values = truth[order].astype(float), values[order]
    ends = append(flatnonzero(values[1:] != values[:-1]), len(values) - 1)
    tp = append(0.0, cumsum(truth)[ends]) if len(values) else zeros(1)
    fp = append(0.0, (ends + 1)) - tp if len(values) else zeros(1)
    if tp[-1] == 0 or fp[-1] == 0:
        raise ValueError("one class only, or none")
    return float(add.reduce((fp[1:] - fp[:-1]) * (tp[1:] + tp[:-1])) / (2 * tp[-1] * fp[-1]))
