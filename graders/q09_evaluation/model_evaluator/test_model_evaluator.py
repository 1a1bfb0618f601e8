"""ModelEvaluator on a small secret classifier and secret labels; figures are read artist by artist."""

import re

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from etude.grading import (
    as_array,
    assert_close,
    assert_dtype,
    assert_shape,
    assert_true,
    assert_type,
    assert_unchanged,
    attach_figure,
    check,
    entry,
    matrix,
    unpack,
)

TRUE, PREDICTED = ("true", "actual", "truth"), ("predict", "pred.")
NUMBER = re.compile(r"\d{1,3}(,\d{3})+|\d+(\.\d+)?(e[+-]?\d+)?")


@check("correctness", points=2)
def test_predictions(submission, rng, device):
    """predict gives each row's class of highest score, in evaluation mode and without autograd."""
    for dtype, size in (("float64", 1.0), ("float32", 50.0)):
        values, batches = draw(rng, dtype, size=size)
        preds, _ = pair(submission.probe.predict(values, batches, device))
        help = (
            "model.eval(), torch.no_grad(), and argmax of the raw scores along dim 1: large ones are 1 after a sigmoid."
        )
        assert_close(preds, classes_of(values, batches), help=help)


@check("correctness", points=1, depends_on="test_predictions")
def test_labels(submission, rng, device):
    """predict gives the labels in the loader's order."""
    values, batches = draw(rng)
    _, labels = pair(submission.probe.predict(values, batches, device))
    assert_close(labels, np.concatenate([y for _, y in batches]))


@check("contract", points=1, depends_on="test_predictions")
def test_int64(submission, rng, device):
    """Both are NumPy arrays of int64, whatever the integer dtype of the labels."""
    values, batches = draw(rng)
    for dtype in ("int64", "int32", "uint8"):
        given = [(x, y.astype(dtype)) for x, y in batches]
        for array in pair(submission.probe.predict(values, given, device)):
            assert_shape(array, (sum(len(x) for x, _ in batches),))
            assert_type(array, np.ndarray, help="Call .numpy() on the tensors.")
            assert_dtype(array, "int64")


@check("stability", points=1, depends_on="test_labels")
def test_batches_of_one(submission, rng, device):
    """Batches of a single row, and a single batch of one, work."""
    values, batches = draw(rng)
    x, y = batches[0]
    single = [(x[i : i + 1], y[i : i + 1]) for i in range(len(x))]
    for given in (single, single[:1]):
        preds, labels = pair(submission.probe.predict(values, given, device))
        assert_close(preds, classes_of(values, given), help="squeeze() takes the batch's dimension away too.")
        assert_close(labels, np.concatenate([y for _, y in given]))


@check("stability", points=1, depends_on="test_labels")
def test_empty_loader(submission, rng, device):
    """An empty loader gives two empty int64 arrays."""
    values, _ = draw(rng)
    for array in pair(submission.probe.predict(values, [], device)):
        assert_shape(array, (0,), help="np.concatenate and torch.cat want at least one array: begin with an empty one.")
        assert_dtype(array, "int64")


@check("correctness", points=2, depends_on="test_predictions")
def test_mode_given_back(submission, rng, device):
    """Every submodule is in its own mode again afterwards: the model's next scores show it."""
    assert_modes(submission, rng, device, fails=False)


@check("correctness", points=2, depends_on="test_mode_given_back")
def test_mode_given_back_after_an_error(submission, rng, device):
    """The modes are given back, too, where the loader raises, and the exception goes on to the caller."""
    assert_modes(submission, rng, device, fails=True)


@check("correctness", points=3)
def test_metrics(submission, rng):
    """Accuracy, and precision, recall and F1 weighted by the classes' occurrences."""
    for rows, classes in ((60, 4), (200, 7), (30, 2)):
        y_true, y_pred = labels_of(rng, rows, classes)
        for given in ((y_true, y_pred), (y_true.tolist(), y_pred.tolist())):
            assert_metrics(submission.probe.metrics(*given), y_true, y_pred)


@check("contract", points=1, depends_on="test_metrics")
def test_python_floats(submission, rng):
    """The metrics are Python floats."""
    y_true, y_pred = labels_of(rng, 40, 3)
    for predicted in (y_pred, y_true):
        metrics = submission.probe.metrics(y_true, predicted)
        for name in ("accuracy", "precision", "recall", "f1"):
            assert_type(entry(metrics, name), float, help="np.float64 is no float: convert with float().")


@check("stability", points=2, depends_on="test_metrics")
def test_zero_division(submission, rng):
    """Classes that are never predicted, or never occur, count as 0, and nothing warns."""
    y_true, y_pred = labels_of(rng, 60, 5)
    never = int(rng.integers(5))
    other = np.where(y_pred == never, (never + 1) % 5, y_pred)
    absent = np.where(y_true == never, (never + 1) % 5, y_true)
    for given in ((y_true, other), (absent, y_pred), (y_true, (y_true + 1) % 5), (y_true, np.full(60, 9))):
        assert_metrics(
            submission.probe.metrics(*given), *given, help="zero_division=0 names the value and keeps quiet."
        )


@check("correctness", points=3)
def test_confusion_matrix(submission, rng):
    """Each cell of the matrix shows its count in full, rows true."""
    for rows, names in ((60, ["cat", "dog", "owl"]), (45_000, ["red", "green", "blue", "white"])):
        y_true, y_pred = labels_of(rng, rows, len(names))
        picture = figure(submission.probe.confusion(y_true, y_pred, names))
        counts, wanted = counts_of(picture, names), confusion_matrix(y_true, y_pred, labels=range(len(names)))
        help = "Text in row i, column j: how often class i was taken for class j, with all its digits."
        with attach_figure(matrix("as read from yours", counts, names), matrix("wanted", wanted, names)):
            assert_close(counts, wanted, help=help)


@check("correctness", points=2, depends_on="test_confusion_matrix")
def test_absent_classes(submission, rng):
    """Classes that do not occur have their row and column, with zeros."""
    y_true, y_pred = labels_of(rng, 60, 3)
    names = ["cat", "dog", "owl", "fox", "hen"]
    places = np.sort(rng.permutation(5)[:3])
    y_true, y_pred = places[y_true], places[y_pred]
    for given in ((y_true, y_pred), (y_true.tolist(), y_pred.tolist())):
        found = counts_of(figure(submission.probe.confusion(*given, names)), names)
        help = "Pass labels=range(len(classes)): else the classes that occur decide the size."
        assert_close(found, confusion_matrix(y_true, y_pred, labels=range(5)), help=help)


@check("contract", points=1, depends_on="test_confusion_matrix")
def test_confusion_matrix_in_words(submission, rng):
    """The matrix has a title and axis labels, and the classes' names at its rows and columns."""
    names = ["".join(word) for word in rng.permutation(list("abcdefghijklmnopqr")).reshape(3, 6)]
    picture = figure(submission.probe.confusion(*labels_of(rng, 60, 3), names))
    assert_words(picture)
    for across, down in entry(picture, "labels"):
        assert_true(
            not (says(TRUE, across) and says(PREDICTED, down)) or says(PREDICTED, across) or says(TRUE, down),
            "the axis labels are swapped",
            returned=f"x: {across}, y: {down}",
            help="The columns, along the x axis, are the predicted classes, and the rows the true ones.",
        )
    texts = entry(picture, "texts")
    for name in names:
        assert_true(texts.count(name) >= 2, f"the name {name} is not at its row and its column", returned=str(texts))


@check("correctness", points=3)
def test_curves(submission, rng):
    """Each key's values are a curve of that name, over increasing epochs."""
    for epochs in (6, 1):
        history = history_of(rng, epochs)
        assert_curves(figure(submission.probe.curves(history)), history)


@check("contract", points=1, depends_on="test_curves")
def test_curves_in_words(submission, rng):
    """The curves have a title, axis labels, and a legend that names each of them."""
    history = history_of(rng, 4)
    picture = figure(submission.probe.curves(history))
    assert_words(picture)
    legend = entry(picture, "legend")
    assert_true(
        sorted(legend) == sorted(history), "the legend is not complete", returned=str(legend), wanted=str(list(history))
    )


@check("contract", points=1, depends_on="test_curves")
def test_own_figure(submission, rng):
    """A second plot leaves the first one's figure as it was."""
    histories = [history_of(rng, 4), history_of(rng, 7)]
    for picture, history in zip(unpack(submission.probe.two_curves(*histories), 2), histories, strict=True):
        assert_curves(figure(picture), history)


@check("contract", points=1, depends_on=("test_confusion_matrix", "test_curves"), testimony=True)
def test_pyplot(submission, rng):
    """Nothing is shown, no pyplot figure stays open, the caller's own figure does, and rcParams are as before."""
    seen = submission.probe.surroundings(*labels_of(rng, 60, 3), ["cat", "dog", "owl"], history_of(rng, 4))
    opened, closed, shown = (as_array(entry(seen, key)) for key in ("opened", "closed", "shown"))
    assert_true(opened == 0, "a pyplot figure was left open", help="matplotlib.figure.Figure(), or plt.close(figure).")
    assert_true(closed == 0, "a figure of the caller's was closed", help='plt.close(figure), not plt.close("all").')
    assert_true(shown == 0, "a figure was shown", help="Return it: showing is the caller's business.")
    changed = entry(seen, "changed")
    assert_true(changed == [], "matplotlib's settings were changed", returned=str(changed))


@check("contract", points=1, depends_on=("test_labels", "test_metrics"), testimony=True)
def test_manners(submission, rng, device):
    """No argument is changed, nothing is printed, and global settings and generators are left alone."""
    y_true, y_pred = labels_of(rng, 60, 3)
    values, batches = draw(rng)
    names = ["cat", "dog", "owl"]
    for function, arguments in (
        (submission.probe.metrics, (y_true, y_pred)),
        (submission.probe.confusion, (y_true, y_pred, names)),
        (submission.probe.curves, (history_of(rng, 4),)),
        (submission.probe.predict, (values, batches, device)),
    ):
        returned = assert_unchanged(function, *arguments, draws=True)  # torch draws the weights of the model evaluated
    seen = unpack(entry(returned, "batches"), 2 * len(batches))
    for found, given in zip(seen, [each for batch in batches for each in batch], strict=True):
        assert_close(
            found, given, help="A batch belongs to the loader: do not work in place on it, nor on .numpy() of it."
        )


def draw(rng, dtype="float64", inputs=4, hidden=6, classes=5, size=1.0):
    """A classifier's values, and batches of different sizes."""
    values = {
        "w1": rng.normal(size=(hidden, inputs)),
        "w2": rng.normal(size=(classes, hidden)) * size,
        "mask": rng.choice([-1.0, 1.0], size=hidden) * rng.uniform(0.5, 2.0, hidden),
        "gain": rng.uniform(-2.0, -0.5, classes),
    }
    values = {name: value.astype(dtype) for name, value in values.items()}
    batches = [(rows(rng, values, n), rng.integers(0, classes, size=n)) for n in (7, 4, 9, 3)]
    return values, batches


def rows(rng, values, n):
    """Inputs whose highest score is higher than the next by more than rounding."""
    x = rng.normal(size=(50 * n, values["w1"].shape[1])).astype(values["w1"].dtype)
    best = np.sort(scores_of(values, x), axis=1)
    return x[best[:, -1] - best[:, -2] > 1e-3][:n]


def scores_of(values, x, modes=(False, False, False)):
    w1, w2 = values["w1"].astype(np.float64), values["w2"].astype(np.float64)
    hidden = np.tanh(x @ w1.T) * (values["mask"] if modes[1] else 1.0)
    return hidden @ w2.T * (values["gain"] if modes[2] else 1.0) + (1.0 if modes[0] else 0.0)


def classes_of(values, batches):
    return np.concatenate([scores_of(values, x).argmax(axis=1) for x, _ in batches])


def pair(returned):
    return unpack(entry(returned, "result"), 2, what="(preds, labels)")


def assert_modes(submission, rng, device, fails):
    for modes in ((True, False, True), (False, True, False), (True, True, False), (False, False, False)):
        values, batches = draw(rng)
        x = batches[0][0]
        returned = submission.probe.predict(values, batches, device, modes, fails, x)
        assert_true(entry(returned, "raised") is fails, "the loader's exception did not reach the caller")
        assert_close(
            entry(returned, "after"),
            scores_of(values, x, modes),
            help="Remember every submodule's flag, and restore them in a finally: model.train(mode) sets all alike.",
        )


def labels_of(rng, rows, classes):
    """Labels of unequal frequency, about 60 % right, whose confusion matrix is not symmetric."""
    frequency = rng.permutation(np.arange(1.0, classes + 1.0))
    while True:
        y_true = rng.choice(classes, size=rows, p=frequency / frequency.sum())
        y_pred = np.where(rng.random(rows) < 0.6, y_true, rng.integers(0, classes, size=rows))
        matrix = confusion_matrix(y_true, y_pred, labels=range(classes))
        if (matrix != matrix.T).any() and set(y_true[y_true == y_pred]) == set(range(classes)):
            return y_true, y_pred


def assert_metrics(returned, y_true, y_pred, help=None):
    weighted = precision_recall_fscore_support(y_true, y_pred, average="weighted", zero_division=0)
    wanted = (accuracy_score(y_true, y_pred), *weighted[:3])
    for name, value in zip(("accuracy", "precision", "recall", "f1"), wanted, strict=True):
        assert_close(entry(returned, name), float(value), help=help or f"{name}: weighted, as scikit-learn has it.")


def history_of(rng, epochs):
    keys = ["".join(rng.choice(list("abcdefgh"), size=6)) for _ in range(2)]
    return {key: rng.uniform(0.1, 2.0, epochs).tolist() for key in ("train_loss", "val_loss", *keys)}


def figure(picture):
    kind = entry(picture, "kind")
    assert_true(kind == "Figure", "no Figure came back", returned=str(kind), wanted="matplotlib.figure.Figure")
    return picture


def counts_of(picture, names):
    """The matrix that a reader sees: numbers in a grid, whose rows and columns are told by names, or else by order."""
    size = len(names)
    numbers = [
        (float(match[0].replace(",", "")), column, row)
        for text, column, row in entry(picture, "cells")
        if (match := NUMBER.match(text.strip()))
    ]
    help = "One text for each cell, zeros too."
    assert_true(len(numbers) == size**2, f"{len(numbers)} numbers are in {size**2} cells", help=help)
    columns, rows = ranks([c for _, c, _ in numbers], size), ranks([r for _, _, r in numbers], size)
    matrix = np.full((size, size), -1.0)
    labels = [(text, c, r) for text, c, r in entry(picture, "cells") if text in names]
    column_names = [*map(tuple, entry(picture, "columns")), *((text, c) for text, c, _ in labels)]
    row_names = [*map(tuple, entry(picture, "rows")), *((text, r) for text, _, r in labels)]
    column_order = order([c for _, c, _ in numbers], columns, column_names, names)
    row_order = order([r for _, _, r in numbers], rows, row_names, names)
    for (number, _, _), column, row in zip(numbers, columns, rows, strict=True):
        matrix[row_order[row], column_order[column]] = number
    assert_true((matrix >= 0).all(), "the numbers do not stand in a grid, one in each cell", help=help)
    return matrix


def ranks(places, size):
    """The row (or column) of each of size**2 texts."""
    found = np.empty(len(places), int)
    found[np.argsort(places, kind="stable")] = np.repeat(np.arange(size), size)
    return found


def order(places, found, labels, names):
    """Which class each row (or column) belongs to: the one whose name stands there, or else the one of that number."""
    centres = [np.mean(np.asarray(places)[found == rank]) for rank in range(len(names))]
    reach = np.min(np.diff(centres)) / 2
    classes = []
    for centre in centres:
        near = {text for text, place in labels if text in names and abs(place - centre) < reach}
        classes.append(names.index(near.pop()) if len(near) == 1 else -1)
    return classes if sorted(classes) == list(range(len(names))) else list(range(len(names)))


def says(words, text):
    return any(word in text.lower() for word in words)


def assert_words(picture):
    assert_true(any(title.strip() for title in entry(picture, "titles")), "there is no title")
    labels = entry(picture, "labels")
    described = [pair for pair in labels if all(text.strip() for text in pair)]
    assert_true(described, "an axis has no label", returned=str(labels), help="set_xlabel and set_ylabel.")


def assert_curves(picture, history):
    found = entry(picture, "curves")
    names = sorted(name for name, _, _ in found)
    assert_true(names == sorted(history), "other curves are there", returned=str(names), wanted=str(sorted(history)))
    for name, x, y in found:
        assert_close(y, np.asarray(history[name]), help="The values belong on the y axis.")
        assert_shape(x, (len(history[name]),))
        assert_true((np.diff(x) > 0).all(), f"the epochs of {name} do not increase")
