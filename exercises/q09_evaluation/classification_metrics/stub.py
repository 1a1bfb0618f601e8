"""Metrics of a classifier with integer labels."""

from collections.abc import Sequence

import numpy as np

Labels = np.ndarray | Sequence[int]


def confusion_matrix(y_true: Labels, y_pred: Labels, num_classes: int) -> np.ndarray:
    """int64 (C, C), rows true. ValueError for empty input, lengths that differ, labels outside 0..C-1."""
    raise NotImplementedError


def accuracy(y_true: Labels, y_pred: Labels) -> float:
    """The share of rows that are right. ValueError for empty input and lengths that differ."""
    raise NotImplementedError


def precision_recall_f1(
    y_true: Labels, y_pred: Labels, num_classes: int, average: str = "weighted"
) -> tuple[float, float, float]:
    """Precision, recall and F1, averaged "macro", "micro" or "weighted". ValueError also for another average."""
    raise NotImplementedError
