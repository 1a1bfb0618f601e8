"""Grader of `classification_metrics`: scikit-learn, which the answer may not use, is the oracle."""

import numpy as np
from sklearn import metrics

from etude.grading import (
    assert_close,
    assert_dtype,
    assert_raises,
    assert_rules,
    assert_shape,
    assert_type,
    assert_unchanged,
    attach_figure,
    check,
    matrix,
    unpack,
)

AVERAGES = ("weighted", "macro", "micro")
WHAT = "(precision, recall, f1)"


def predictions(rng, n=60, classes=4, right=0.6):
    """Labels of unequal frequency, predicted right with that probability; every class is right at least once.

    Some class is predicted more often than it occurs: else its precision would be its recall.
    """
    frequency = rng.permutation(np.arange(1.0, classes + 1.0))
    while True:
        y_true = rng.choice(classes, size=n, p=frequency / frequency.sum())
        y_pred = np.where(rng.random(n) < right, y_true, rng.integers(0, classes, size=n))
        distinct = right == 1.0 or np.any(
            np.bincount(y_true, minlength=classes) != np.bincount(y_pred, minlength=classes)
        )
        if distinct and len(set(y_true[y_true == y_pred])) == classes:
            return y_true, y_pred


def with_a_rare_class(rng):
    """Four usual classes, and a fifth with a single row, which is predicted right."""
    return tuple(np.append(labels, 4) for labels in predictions(rng))


def oracle(y_true, y_pred, classes, average):
    result = metrics.precision_recall_fscore_support(
        y_true, y_pred, labels=range(classes), average=average, zero_division=0
    )
    return [float(value) for value in result[:3]]


def assert_metrics(submission, y_true, y_pred, classes, average, **options):
    """Called with the average unless it is the default."""
    given = (y_true, y_pred, classes) if average is None else (y_true, y_pred, classes, average)
    parts = unpack(submission.precision_recall_f1(*given), 3, what=WHAT)
    for actual, wanted in zip(parts, oracle(y_true, y_pred, classes, average or "weighted"), strict=True):
        assert_close(actual, wanted, **options)


@check("contract")
def test_matrix_layout(submission, rng):
    """The confusion matrix is int64 and (C, C), whichever labels occur."""
    y_true, y_pred = predictions(rng)
    for labels, predicted, classes in [(y_true, y_pred, 4), (y_true, y_pred, 7), ([0], [0], 1), ([0, 1], [1, 1], 3)]:
        counts = submission.confusion_matrix(labels, predicted, classes)
        assert_shape(
            counts, (classes, classes), help="num_classes decides the size, not the labels that happen to occur."
        )
        assert_dtype(counts, "int64", help="Counts are integers: give the array dtype int64.")


@check("correctness", points=2)
def test_matrix(submission, rng):
    """Row i, column j counts the rows of class i that were predicted to be j."""
    for n, classes in [(60, 4), (2_000, 11), (5, 2)]:
        y_true, y_pred = predictions(rng, n, classes)
        actual = submission.confusion_matrix(y_true, y_pred, classes)
        wanted = metrics.confusion_matrix(y_true, y_pred, labels=range(classes))
        help = "Rows are the true classes. And M[y_true, y_pred] += 1 counts a repeated pair only once."
        with attach_figure(matrix("yours", actual, range(classes)), matrix("wanted", wanted, range(classes))):
            assert_close(actual, wanted, help=help)


@check("correctness", depends_on="test_matrix")
def test_matrix_of_absent_classes(submission, rng):
    """Classes that never occur, the last among them, have rows and columns of zeros."""
    y_true, y_pred = predictions(rng)
    places = rng.permutation(6)[:4]  # of seven classes these four occur, and never the last
    y_true, y_pred = places[y_true], places[y_pred]
    assert_close(
        submission.confusion_matrix(y_true, y_pred, 7),
        metrics.confusion_matrix(y_true, y_pred, labels=range(7)),
        help="A label is a place in the matrix; do not number the classes by what occurs.",
    )


@check("correctness")
def test_accuracy(submission, rng):
    """The accuracy is the share of rows that are right."""
    for right in (0.6, 0.9, 1.0):
        y_true, y_pred = predictions(rng, right=right)
        assert_close(submission.accuracy(y_true, y_pred), float(metrics.accuracy_score(y_true, y_pred)))


@check("contract")
def test_accuracy_of_any_labels(submission, rng):
    """Any integers may be labels for the accuracy, negative ones too: it checks no range."""
    names = rng.choice(1_000_000, size=5, replace=False) - np.array([1_000_000, 0, 0, 0, 0])  # one is negative
    y_true, y_pred = (names[labels] for labels in predictions(rng, classes=5))
    assert_close(
        submission.accuracy(y_true, y_pred),
        float(metrics.accuracy_score(y_true, y_pred)),
        help="Only equality matters here; there is no num_classes to check against.",
    )


@check("contract")
def test_floats(submission, rng):
    """Accuracy, precision, recall and F1 are Python floats, also where they are 0 or 1."""
    y_true, y_pred = predictions(rng)
    help = "Convert with float(...): neither a NumPy scalar nor an int is a Python float."
    for labels, predicted, classes in [(y_true, y_pred, 4), (y_true, y_true, 4), ([0, 1], [1, 0], 2)]:
        assert_type(submission.accuracy(labels, predicted), float, help=help)
        for average in AVERAGES:
            parts = unpack(submission.precision_recall_f1(labels, predicted, classes, average), 3, what=WHAT)
            for part in parts:
                assert_type(part, float, help=help)


@check("correctness", points=2)
def test_macro(submission, rng):
    """Macro averages are plain means over the classes."""
    for n, classes, right in [(60, 4, 0.6), (30, 2, 0.8), (400, 9, 0.2)]:
        assert_metrics(
            submission,
            *predictions(rng, n, classes, right),
            classes,
            "macro",
            help="Precision, recall and F1 per class, then a mean of each; F1 of the averages is another number.",
        )
    assert_metrics(
        submission,
        *with_a_rare_class(rng),
        5,
        "macro",
        help="A single row is enough: only a denominator of zero counts as 0.",
    )


@check("correctness", points=2)
def test_weighted(submission, rng):
    """Weighted averages weight each class by its occurrences in y_true."""
    for n, classes, right in [(60, 4, 0.6), (30, 2, 0.8), (400, 9, 0.2)]:
        assert_metrics(
            submission,
            *predictions(rng, n, classes, right),
            classes,
            "weighted",
            help="The weights are the row sums of the confusion matrix over N, for all three metrics.",
        )
    assert_metrics(
        submission,
        *with_a_rare_class(rng),
        5,
        "weighted",
        help="A single row is enough: only a denominator of zero counts as 0.",
    )


@check("contract", depends_on="test_weighted")
def test_default_average(submission, rng):
    """Where no average is named it is the weighted one."""
    assert_metrics(submission, *predictions(rng), 4, None, help='The signature says average="weighted".')


@check("correctness")
def test_micro(submission, rng):
    """Micro averages count hits, false alarms and misses over all classes together."""
    for n, occurring, classes in [(60, 4, 4), (30, 2, 2), (400, 9, 9), (60, 4, 7)]:
        assert_metrics(
            submission,
            *predictions(rng, n, occurring),
            classes,
            "micro",
            help="Sum over the classes first, divide afterwards.",
        )
    y_true, y_pred = predictions(rng, classes=5)
    help = "False alarms count for classes that never occur, too."
    assert_metrics(submission, np.where(y_true == 4, 0, y_true), y_pred, 5, "micro", help=help)


@check("stability", points=2, depends_on=("test_macro", "test_weighted"))
def test_classes_without_predictions(submission, rng):
    """A class that is never predicted has precision 0, and nothing warns."""
    y_true, y_pred = predictions(rng, classes=5)
    never = int(rng.integers(5))
    y_pred = np.where(y_pred == never, (never + 1) % 5, y_pred)
    for average in ("macro", "weighted"):
        assert_metrics(
            submission,
            y_true,
            y_pred,
            5,
            average,
            help="Guard the division: where nothing was predicted the value is 0.",
        )


@check("stability", points=2, depends_on=("test_macro", "test_weighted"))
def test_classes_without_rows(submission, rng):
    """A class that never occurs has recall 0, counts in the macro mean, and nothing warns."""
    y_true, y_pred = predictions(rng, classes=5)
    never = int(rng.integers(5))
    y_true = np.where(y_true == never, (never + 1) % 5, y_true)
    for classes in (5, 8):  # with 8 there are three more that are not even predicted
        for average in ("macro", "weighted"):
            assert_metrics(
                submission,
                y_true,
                y_pred,
                classes,
                average,
                help="The mean is over all num_classes classes; an undefined ratio counts as 0, and is not left out.",
            )


@check("stability", depends_on=("test_macro", "test_weighted", "test_micro"))
def test_nothing_right(submission, rng):
    """Where no prediction is right every metric is 0, and one class alone is right with 1."""
    y_true, y_pred = predictions(rng)
    for average in AVERAGES:
        for given in [(y_true, (y_true + 1 + y_pred % 3) % 4, 4), (np.zeros(3, np.int64), np.zeros(3, np.int64), 1)]:
            assert_metrics(
                submission,
                *given,
                average,
                help="p + r may be zero: guard the division, or use 2 hits / (support + predicted).",
            )


@check("contract", depends_on=("test_matrix", "test_accuracy", "test_macro"))
def test_label_types(submission, rng):
    """Labels may come in lists, tuples and arrays of any integer dtype."""
    y_true, y_pred = predictions(rng)
    matrix = metrics.confusion_matrix(y_true, y_pred, labels=range(4))
    help = "Begin with np.asarray(...)."
    kinds = [
        list,
        tuple,
        *(lambda labels, dtype=dtype: np.array(labels, dtype) for dtype in (np.int32, np.uint8, np.int16, np.uint64)),
    ]
    for kind in kinds:
        given = kind(y_true.tolist()), kind(y_pred.tolist())
        assert_close(submission.confusion_matrix(*given, 4), matrix, dtype="int64", help=help)
        assert_close(submission.accuracy(*given), float(metrics.accuracy_score(y_true, y_pred)), help=help)
        assert_metrics(submission, *given, 4, "macro", help=help)
    many = tuple(rng.integers(0, 40, size=200).astype(np.uint8) for _ in range(2))
    wanted = metrics.confusion_matrix(*many, labels=range(40))
    wide = "y_true * num_classes + y_pred overflows a small integer dtype: make it int64 first."
    assert_close(submission.confusion_matrix(*many, 40), wanted, dtype="int64", help=wide)


@check("errors")
def test_lengths(submission, rng):
    """Lengths that differ raise ValueError, a single label among them."""
    y_true, y_pred = predictions(rng)
    help = "Compare the lengths first: zip stops at the shorter list, and an array of one element broadcasts."
    for labels, predicted in [(y_true, y_pred[:-1]), (y_true, y_pred[:1]), (y_true[:1], y_pred), ([0, 1, 1], [0, 1])]:
        assert_errors(submission, labels, predicted, help)


@check("errors")
def test_no_rows(submission, rng):
    """Empty input raises ValueError."""
    for empty in (np.zeros(0, np.int64), []):
        assert_errors(submission, empty, empty, "Of no rows there is no share: raise ValueError before you divide.")


@check("errors")
def test_range(submission, rng):
    """A label below 0 or above num_classes - 1 raises ValueError, in y_true and in y_pred."""
    help = "Check minimum and maximum of both: -1 would silently be the last class, and a prediction of C another cell."
    for label in (-1, 4, 5, 100, -4):
        for place in (0, 1):
            labels = list(predictions(rng))
            row = rng.choice(np.flatnonzero(labels[1 - place] == 1))  # where y_true * 4 + y_pred is a cell anyway
            labels[place][row] = label
            assert_errors(submission, *labels, help, accuracy=False)


def assert_errors(submission, y_true, y_pred, help, accuracy=True):
    assert_raises(ValueError, submission.confusion_matrix, y_true, y_pred, 4, help=help)
    for average in AVERAGES:
        assert_raises(ValueError, submission.precision_recall_f1, y_true, y_pred, 4, average, help=help)
    if accuracy:
        assert_raises(ValueError, submission.accuracy, y_true, y_pred, help=help)


@check("errors")
def test_unknown_average(submission, rng):
    """An average that is none of the three raises ValueError."""
    y_true, y_pred = predictions(rng)
    for average in ("binary", "samples", "mean", "Macro", "none", None):
        assert_raises(
            ValueError,
            submission.precision_recall_f1,
            y_true,
            y_pred,
            4,
            average,
            help="Name the three that you know and refuse the rest; a KeyError or a silent default is no answer.",
        )


@check("contract", depends_on=("test_matrix", "test_accuracy", "test_macro"))
def test_second_round(submission, rng):
    """Running everything again on the same labels gives the same results."""
    y_true, y_pred = predictions(rng)
    results = unpack(submission.probe.second_round(y_true, y_pred, 4), 3, what="(matrix, accuracy, metrics)")
    help = "Something changed the labels in place (+=, *=, sort, out=). Work on new arrays."
    assert_close(results[0], metrics.confusion_matrix(y_true, y_pred, labels=range(4)), help=help)
    assert_close(results[1], float(metrics.accuracy_score(y_true, y_pred)), help=help)
    for actual, wanted in zip(unpack(results[2], 3, what=WHAT), oracle(y_true, y_pred, 4, "macro"), strict=True):
        assert_close(actual, wanted, help=help)


@check("contract", testimony=True)
def test_manners(submission, rng):
    """Labels are not changed, nothing is printed, and global settings and generators stay as they are."""
    y_true, y_pred = predictions(rng)
    for given in [(y_true, y_pred), (y_true.tolist(), y_pred.tolist())]:
        assert_unchanged(submission.accuracy, *given)
        assert_unchanged(submission.confusion_matrix, *given, 4)
        for average in AVERAGES:
            assert_unchanged(submission.precision_recall_f1, *given, 4, average)


@check("rules")
def test_rules(submission, rng):
    """NumPy and the standard library only."""
    y_true, y_pred = predictions(rng)
    assert_rules(submission, run=lambda watched: watched.precision_recall_f1(y_true, y_pred, 4))
