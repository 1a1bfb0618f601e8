"""A call that the wire cannot carry: the same arrays used twice."""

import submission


def second_round(y_true, scores):
    """The area of what the first call has left."""
    submission.roc_auc(y_true, scores)
    return submission.roc_auc(y_true, scores)
