"""Metrics of a classifier with integer labels.

Idea. One table holds everything: M[i, j] counts rows of class i that were called j. Its diagonal holds the hits, its
row sums the support (how often a class occurs), its column sums how often a class is predicted. Each metric is a
ratio of two of these.

Derivation. precision = hits / predicted, recall = hits / support, and their harmonic mean

    F1 = 2 p r / (p + r) = 2 hits / (predicted + support),

where the last form needs no care for p + r = 0. Macro is the mean over classes, so a rare class weighs as much as a
frequent one; weighted uses the support as weights, and its recall is therefore the accuracy. Micro first sums hits,
predictions and supports over the classes: with one label a row both sums are N, so that micro precision, recall and
F1 are all the accuracy.

Counting. `true * C + predicted` numbers the cells, and np.bincount counts the numbers. `M[true, predicted] += 1`
would count each cell once, however often it occurs, since fancy assignment reads all cells before it writes any
(np.add.at does not).

Cost. O(N + C²) time, O(N) temporary memory for the cell numbers.

Pitfalls.
- F1 of the averaged precision and recall is not the average of the F1s.
- The mean over the classes that happen to occur makes two models incomparable: on another sample it is another mean.
- 0 / 0 for a class that is never predicted: it is 0 by convention, and NumPy warns.
- A negative label indexes from the end: -1 silently becomes the last class. Check the range.
- uint8 labels: `true * C` wraps at 256. Convert to int64 first.

Follow-up questions.
- *When does accuracy mislead?* With unbalanced classes: always saying "healthy" is 99 % accurate where 1 % is ill,
  with recall 0 for the class that matters. Macro averages, or the matrix itself, show it.
- *Why the harmonic mean?* It is close to the smaller of the two: precision 1 with recall 0.01 gives 0.02, where the
  arithmetic mean would say 0.5.
- *How would you compute this over a stream, or over many machines?* Add up the confusion matrices; ratios come last.
  Averaging the metrics of batches is wrong wherever batches differ in composition.
"""

import numpy as np


def confusion_matrix(y_true, y_pred, num_classes):
    y_true, y_pred = _labels(y_true, y_pred)
    for labels in (y_true, y_pred):
        if labels.min() < 0 or labels.max() >= num_classes:
            raise ValueError(f"labels must lie in 0..{num_classes - 1}, got {labels.min()}..{labels.max()}")
    cells = y_true * num_classes + y_pred
    counts = np.bincount(cells, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes)


def accuracy(y_true, y_pred):
    y_true, y_pred = _labels(y_true, y_pred)
    return float(np.mean(y_true == y_pred))


def precision_recall_f1(y_true, y_pred, num_classes, average="weighted"):
    if average not in ("macro", "micro", "weighted"):
        raise ValueError(f"average must be macro, micro or weighted, got {average!r}")
    matrix = confusion_matrix(y_true, y_pred, num_classes)
    hits, support, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    if average == "micro":
        hits, support, predicted = hits.sum(keepdims=True), support.sum(keepdims=True), predicted.sum(keepdims=True)
    metrics = _ratio(hits, predicted), _ratio(hits, support), _ratio(2 * hits, predicted + support)
    weights = support if average == "weighted" else np.ones(len(support))
    return tuple(float(np.average(metric, weights=weights)) for metric in metrics)


def _labels(y_true, y_pred):
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"y_true and y_pred differ in shape: {y_true.shape} and {y_pred.shape}")
    if not y_true.size:
        raise ValueError("there are no labels")
    return y_true.astype(np.int64), y_pred.astype(np.int64)


def _ratio(numerator, denominator):
    """Element by element, 0 where the denominator is."""
    return np.divide(numerator, denominator, out=np.zeros(len(numerator)), where=denominator > 0)
