"""accuracy refuses negative labels, and only those.

Misconception: a label below 0 is a mistake wherever it turns up.
Caught by: test_accuracy_of_any_labels
Keeps: everything else
Advice: accuracy compares labels and looks nothing up with them: -1 is a label like others.
"""

import numpy as np


def _pair(y_true, y_pred):
    t = np.asarray(y_true)
    p = np.asarray(y_pred)
    if t.shape != p.shape:
        raise ValueError("y_true and y_pred differ in length")
    if t.size == 0:
        raise ValueError("no labels")
    return t, p


def confusion_matrix(y_true, y_pred, num_classes):
    t, p = _pair(y_true, y_pred)
    for a in (t, p):
        if a.min() < 0 or a.max() >= num_classes:
            raise ValueError("label out of range")
    cm = np.zeros((num_classes, num_classes), dtype=np.int64)
    np.add.at(cm, (t, p), 1)
    return cm


def accuracy(y_true, y_pred):
    t, p = _pair(y_true, y_pred)
    if min(t.min(), p.min()) < 0:
        raise ValueError("negative")
    return float(np.mean(t == p))


def _div(a, b):
    return np.divide(a, b, out=np.zeros(np.shape(a), dtype=np.float64), where=b != 0)


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    if average not in ("macro", "micro", "weighted"):
        raise ValueError("unknown average")
    cm = confusion_matrix(y_true, y_pred, num_classes)
    tp = np.diag(cm).astype(np.float64)
    support = cm.sum(axis=1).astype(np.float64)
    predicted = cm.sum(axis=0).astype(np.float64)
    if average == "micro":
        tp, support, predicted = (np.array([v.sum()]) for v in (tp, support, predicted))
    p = _div(tp, predicted)
    r = _div(tp, support)
    f = _div(2 * tp, support + predicted)
    if average == "weighted":
        w = support / support.sum()
    else:
        w = np.full(len(p), 1 / len(p))
    return float((w * p).sum()), float((w * r).sum()), float((w * f).sum())
