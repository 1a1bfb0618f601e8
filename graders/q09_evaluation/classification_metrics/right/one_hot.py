"""One-hot matrices: the confusion matrix is a product of two of them, and every average a product with a vector of weights.

Differs in the counting (a matrix product), in dividing by a denominator in which zeros are replaced by ones, and in a table of weights.
"""

import numpy as np


def _validated(y_true, y_pred, num_classes=None):
    pair = [np.asarray(labels).ravel() for labels in (y_true, y_pred)]
    if pair[0].size != pair[1].size:
        raise ValueError("unequal lengths")
    if not pair[0].size:
        raise ValueError("empty input")
    if num_classes is not None:
        both = np.concatenate([labels.astype(np.int64) for labels in pair])
        if np.any(both < 0) or np.any(both > num_classes - 1):
            raise ValueError("label out of range")
    return pair


def _one_hot(labels, c):
    return (np.arange(c) == labels[:, None]).astype(np.int64)


def confusion_matrix(y_true, y_pred, num_classes):
    t, p = _validated(y_true, y_pred, num_classes)
    return _one_hot(t, num_classes).T @ _one_hot(p, num_classes)


def accuracy(y_true, y_pred):
    t, p = _validated(y_true, y_pred)
    return (t == p).mean().item()


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    m = confusion_matrix(y_true, y_pred, num_classes)
    rows, columns, total = m.sum(1), m.sum(0), m.sum()
    weighting = {
        "macro": lambda: np.full(num_classes, 1 / num_classes),
        "weighted": lambda: rows / total,
        "micro": lambda: None,
    }
    try:
        w = weighting[average]()
    except KeyError:
        raise ValueError(f"average={average!r} is not supported") from None
    if w is None:
        value = float(np.trace(m) / total)
        return (value,) * 3
    d = m.diagonal()
    p = d / np.where(columns == 0, 1, columns)
    r = d / np.where(rows == 0, 1, rows)
    s = np.where(p + r == 0, 1, p + r)
    return float(w @ p), float(w @ r), float(w @ (2 * p * r / s))
