"""The area under the ROC curve.

Idea. Forget the curve. Its area is the probability that a random positive scores above a random negative, so count the
pairs that are won; sorting spares looking at each of them.

Derivation. Lower the threshold from above: at each distinct score with p positives and n negatives the curve moves up
by p / P and to the right by n / N, in a straight line. The area to the right of an upward move is what is still to come
on the horizontal axis: the negatives with lower scores. The straight line over a group of ties leaves a triangle, which
is half of its own rectangle p n. So
    area = sum over groups of p (negatives below + n / 2) / (P N),
which is the Mann-Whitney statistic U over P N, with midranks for ties.

Cost. O(N log N) for the sort inside `np.unique`, a few passes besides.

Pitfalls.
- Equal scores in the order of the sort: a constant score then gives anything between 0 and 1, as the rows may lie.
- `np.diff` of sorted infinities is NaN; `isclose` invents ties. Compare for equality.
- `argsort(-scores)` wraps around for unsigned integers.
- A grid of thresholds gives an approximation that depends on the scale of the scores.

Follow-up questions:
- *When is it misleading?* With rare positives: a false-positive rate of 1 % looks excellent, and may be ten false
  alarms for every hit. Precision and recall show that.
- *Does it need calibrated scores?* No: any increasing function of the scores gives the same area. It says nothing of
  calibration either.
- *How would you compute it over shards of data?* Sum histograms of positives and negatives by score, with fixed bins;
  averaging the areas of the shards leaves out the pairs across them.
"""

import numpy as np
import numpy.typing as npt


def roc_auc(y_true: npt.ArrayLike, scores: npt.ArrayLike) -> float:
    """The share of (positive, negative) pairs that the scores put in order; ties count half.

    y_true: (N,), labels 0 and 1. scores: (N,), higher for label 1; infinities are legal.

    ValueError where only one class is there, for empty input, lengths that differ, other labels.
    """
    y, s = np.asarray(y_true), np.asarray(scores)
    if len(y) != len(s):
        raise ValueError(f"{len(y)} labels and {len(s)} scores")
    if not np.all((y == 0) | (y == 1)):
        raise ValueError("labels must be 0 or 1")
    if not np.any(y == 1) or not np.any(y == 0):  # also where there is no row
        raise ValueError("both classes must be there")
    _, group = np.unique(s, return_inverse=True)
    positives = np.bincount(group, weights=y)
    negatives = np.bincount(group) - positives
    won = positives @ (np.cumsum(negatives) - negatives / 2)
    return float(won / (positives.sum() * negatives.sum()))
