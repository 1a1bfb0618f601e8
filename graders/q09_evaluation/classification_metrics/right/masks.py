"""No confusion matrix behind the metrics: hits, false alarms and misses of each class from boolean masks.

Differs in precision_recall_f1 standing on its own feet, in np.add.at for the matrix, and in F1 as a harmonic mean with a guard.
"""

import numpy as np


def _paired(y_true, y_pred):
    if len(y_true) != len(y_pred):
        raise ValueError("y_true has %d labels and y_pred %d" % (len(y_true), len(y_pred)))
    if len(y_true) == 0:
        raise ValueError("no labels given")
    return np.array(y_true, dtype=int), np.array(y_pred, dtype=int)


def _paired_in_range(y_true, y_pred, num_classes):
    t, p = _paired(y_true, y_pred)
    if not (np.isin(t, range(num_classes)).all() and np.isin(p, range(num_classes)).all()):
        raise ValueError("labels have to be in range(%d)" % num_classes)
    return t, p


def confusion_matrix(y_true, y_pred, num_classes):
    t, p = _paired_in_range(y_true, y_pred, num_classes)
    table = np.zeros((num_classes, num_classes), dtype=np.int64)
    np.add.at(table, (t, p), 1)
    return table


def accuracy(y_true, y_pred):
    t, p = _paired(y_true, y_pred)
    return int(np.count_nonzero(t == p)) / t.size


def _safe(a, b):
    return float(a) / float(b) if b else 0.0


def _prf(hits, alarms, misses):
    p, r = _safe(hits, hits + alarms), _safe(hits, hits + misses)
    return p, r, _safe(2 * p * r, p + r)


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    if average not in {"macro", "micro", "weighted"}:
        raise ValueError("unknown average " + repr(average))
    t, p = _paired_in_range(y_true, y_pred, num_classes)
    counts = []
    for c in range(num_classes):
        counts.append([np.sum((t == c) & (p == c)), np.sum((t != c) & (p == c)), np.sum((t == c) & (p != c))])
    if average == "micro":
        return _prf(*np.sum(counts, axis=0))
    each = np.array([_prf(*row) for row in counts])
    weight = np.ones(num_classes) if average == "macro" else np.array([hits + misses for hits, _, misses in counts])
    return tuple((weight @ each / weight.sum()).tolist())
