"""The standard library alone until the matrix is returned: Counters of labels and of pairs, exact fractions for the ratios.

Differs in having no arrays, in fractions that are rounded once at the end, and in returning a list of three floats made into a tuple.
"""

from collections import Counter
from fractions import Fraction

import numpy as np


class BadLabels(ValueError):
    pass


def _check(y_true, y_pred):
    truth, guess = [int(v) for v in y_true], [int(v) for v in y_pred]
    if len(truth) != len(guess):
        raise BadLabels(f"{len(truth)} true labels, {len(guess)} predictions")
    if not truth:
        raise BadLabels("nothing to evaluate")
    return truth, guess


def _check_range(labels, c):
    for v in labels:
        if not 0 <= v < c:
            raise BadLabels(f"label {v} is outside 0..{c - 1}")


def confusion_matrix(y_true, y_pred, num_classes):
    truth, guess = _check(y_true, y_pred)
    _check_range(truth + guess, num_classes)
    pairs = Counter(zip(truth, guess))
    rows = [[pairs[i, j] for j in range(num_classes)] for i in range(num_classes)]
    return np.array(rows, dtype="int64")


def accuracy(y_true, y_pred):
    truth, guess = _check(y_true, y_pred)
    return sum(map(int.__eq__, truth, guess)) / len(truth)


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    truth, guess = _check(y_true, y_pred)
    _check_range(truth + guess, num_classes)
    support, predicted = Counter(truth), Counter(guess)
    hits = Counter(t for t, g in zip(truth, guess) if t == g)

    def ratio(a, b):
        return Fraction(a, b) if b else Fraction(0)

    if average == "micro":
        share = ratio(sum(hits.values()), len(truth))
        return float(share), float(share), float(share)
    if average == "macro":
        weight = {c: Fraction(1, num_classes) for c in range(num_classes)}
    elif average == "weighted":
        weight = {c: Fraction(support[c], len(truth)) for c in range(num_classes)}
    else:
        raise BadLabels(f"average is one of macro, micro, weighted, not {average}")
    sums = [Fraction(0)] * 3
    for c, w in weight.items():
        sums[0] += w * ratio(hits[c], predicted[c])
        sums[1] += w * ratio(hits[c], support[c])
        sums[2] += w * ratio(2 * hits[c], predicted[c] + support[c])
    return tuple([float(s) for s in sums])
