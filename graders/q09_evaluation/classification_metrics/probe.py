"""Runs beside the answer: calls that share their arguments, which would travel as copies each time."""

import submission


def second_round(y_true, y_pred, num_classes):
    """Everything twice on the same labels; what the second round gives."""
    for _ in range(2):
        results = (
            submission.confusion_matrix(y_true, y_pred, num_classes),
            submission.accuracy(y_true, y_pred),
            submission.precision_recall_f1(y_true, y_pred, num_classes, "macro"),
        )
    return results
