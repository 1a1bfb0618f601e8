"""None is taken for macro.

Misconception: None means that the function may choose.
Caught by: test_unknown_average
Keeps: everything else
Advice: The default is weighted, and None is none of the three: refuse it like any other average.
"""

import numpy as np


def check_labels(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if len(y_true) != len(y_pred):
        raise ValueError("y_true and y_pred must have the same length")
    if len(y_true) == 0:
        raise ValueError("y_true and y_pred are empty")
    return y_true, y_pred


def confusion_matrix(y_true, y_pred, num_classes):
    y_true, y_pred = check_labels(y_true, y_pred)
    if y_true.min() < 0 or y_true.max() >= num_classes:
        raise ValueError("y_true has a label out of range")
    if y_pred.min() < 0 or y_pred.max() >= num_classes:
        raise ValueError("y_pred has a label out of range")
    cm = np.zeros((num_classes, num_classes), dtype=np.int64)
    for t, p in zip(y_true, y_pred):
        cm[t, p] += 1
    return cm


def accuracy(y_true, y_pred):
    y_true, y_pred = check_labels(y_true, y_pred)
    return float((y_true == y_pred).mean())


def safe_divide(a, b):
    return np.where(b > 0, a / np.maximum(b, 1), 0.0)


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    if average not in ("macro", "micro", "weighted", None):
        raise ValueError(f"unknown average: {average}")
    cm = confusion_matrix(y_true, y_pred, num_classes)
    tp = np.diag(cm)
    fp = cm.sum(axis=0) - tp
    fn = cm.sum(axis=1) - tp
    if average == "micro":
        tp, fp, fn = tp.sum(), fp.sum(), fn.sum()
    precision = safe_divide(tp, tp + fp)
    recall = safe_divide(tp, tp + fn)
    f1 = safe_divide(2 * tp, 2 * tp + fp + fn)
    if average == "micro":
        return float(precision), float(recall), float(f1)
    if average == "weighted":
        weights = cm.sum(axis=1) / cm.sum()
    else:
        weights = np.full(num_classes, 1 / num_classes)
    return float(weights @ precision), float(weights @ recall), float(weights @ f1)
