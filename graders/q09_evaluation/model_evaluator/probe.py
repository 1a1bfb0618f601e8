"""A small classifier with the host's values, and figures read with matplotlib's own artist API."""

import matplotlib
import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from torch import nn

matplotlib.use("agg")
settings = dict(matplotlib.rcParams)
shown = []
plt.show = FigureManagerBase.show = Figure.show = lambda *args, **kwargs: shown.append("shown")


class Mask(nn.Module):
    """Multiplies in training mode, and does nothing in evaluation mode."""

    def __init__(self, mask):
        super().__init__()
        self.register_buffer("mask", torch.tensor(mask))

    def forward(self, x):
        return x * self.mask if self.training else x


class Classifier(nn.Module):
    """Two linear layers with masks behind them. Its scores change sign where autograd records."""

    def __init__(self, values):
        super().__init__()
        (hidden, inputs), classes = values["w1"].shape, len(values["w2"])
        dtype = torch.from_numpy(values["w1"]).dtype
        self.first = nn.Linear(inputs, hidden, bias=False, dtype=dtype)
        self.inner = nn.Sequential(nn.Tanh(), Mask(values["mask"]))
        self.last = nn.Linear(hidden, classes, bias=False, dtype=dtype)
        self.outer = Mask(values["gain"])
        with torch.no_grad():
            self.first.weight.copy_(torch.tensor(values["w1"]))
            self.last.weight.copy_(torch.tensor(values["w2"]))

    def forward(self, x):
        scores = self.outer(self.last(self.inner(self.first(x))))
        scores = scores + 1 if self.training else scores
        return -scores if scores.requires_grad else scores


class Loader:
    """Gives its batches each time, has no length, and may fail after them."""

    def __init__(self, batches, fails):
        self.batches, self.fails = [(torch.tensor(x), torch.tensor(y)) for x, y in batches], fails

    def __iter__(self):
        yield from self.batches
        if self.fails:
            raise RuntimeError("this loader fails after its last batch")


def predict(values, batches, device, modes=(True, True, True), fails=False, x=None):
    """What `predict` gave, or that it raised; for an `x`, also the scores of the model as it was left.

    modes: the `training` flags of the model, of the mask within and of the mask behind it.
    """
    model = Classifier(values)
    evaluator = submission.ModelEvaluator(model, device)  # noqa: F821
    for module, mode in zip((model, model.inner[1], model.outer), modes, strict=True):
        module.training = mode
    loader = Loader(batches, fails)
    try:
        result = {"result": evaluator.predict(loader), "raised": False}
    except RuntimeError:
        if not fails:
            raise
        result = {"raised": True}
    result["batches"] = [each for batch in loader.batches for each in batch]
    if x is not None:
        with torch.no_grad():
            result["after"] = model.to("cpu")(torch.tensor(x))
    return result


def evaluator():
    return submission.ModelEvaluator(nn.Linear(2, 2))  # noqa: F821


def metrics(y_true, y_pred):
    return evaluator().metrics(y_true, y_pred)


def confusion(y_true, y_pred, classes):
    return read(evaluator().plot_confusion_matrix(y_true, y_pred, classes))


def curves(history):
    return read(evaluator().plot_learning_curves(history))


def two_curves(first, second):
    """Two figures of one evaluator, read when both are there."""
    one = evaluator()
    return [read(figure) for figure in [one.plot_learning_curves(first), one.plot_learning_curves(second)]]


def surroundings(y_true, y_pred, classes, history):
    """What both plots do to pyplot and to matplotlib's settings."""
    own = plt.figure()
    before = plt.get_fignums()
    shown.clear()
    try:
        evaluator().plot_confusion_matrix(y_true, y_pred, classes)
        evaluator().plot_learning_curves(history)
        after = plt.get_fignums()
    finally:
        plt.close(own)
    changed = [name for name, value in matplotlib.rcParams.items() if name in settings and settings[name] != value]
    counts = {"opened": len(set(after) - set(before)), "closed": len(set(before) - set(after))}
    return {**counts, "shown": len(shown), "changed": changed}


def read(figure):
    if not isinstance(figure, Figure):
        return {"kind": type(figure).__name__}
    renderer = FigureCanvasAgg(figure).get_renderer()
    if not any(axes.lines for axes in figure.axes):
        figure.draw_without_rendering()  # tick labels get their texts, and a table its place
    panels = [axes for axes in figure.axes if getattr(axes, "_colorbar", None) is None]
    titles = [axes.get_title(place) for axes in panels for place in ("left", "center", "right")]
    return {
        "kind": "Figure",
        "titles": [*titles, figure.get_suptitle()],
        "labels": [[axes.get_xlabel(), axes.get_ylabel()] for axes in panels],
        "texts": [text.get_text() for text in [*figure.findobj(Text), *table_texts(panels)] if text.get_visible()],
        "cells": [cell for axes in panels for cell in cells(axes, renderer)],
        "rows": [label for axes in panels for label in tick_labels(axes.yaxis)],
        "columns": [label for axes in panels for label in tick_labels(axes.xaxis)],
        "curves": [curve for axes in panels for curve in lines(axes, figure)],
        "legend": [text.get_text() for legend in legends(figure) for text in legend.get_texts()],
    }


def cells(axes, renderer):
    """Text, column and row of each text in the axes (in data coordinates), and of each cell of a table."""
    found = []
    for text in axes.texts:
        box = text.get_window_extent(renderer)
        place = axes.transData.inverted().transform(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))
        found.append([text.get_text(), *map(float, place)])
    for table in axes.tables:
        found += [[cell.get_text().get_text(), float(c), float(r)] for (r, c), cell in table.get_celld().items()]
    return found


def table_texts(panels):
    return [cell.get_text() for axes in panels for table in axes.tables for cell in table.get_celld().values()]


def tick_labels(axis):
    labels = [
        (label.get_text(), tick.get_loc()) for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)
    ]
    return [[text, float(place)] for text, place in labels]


def legends(figure):
    return [*figure.legends, *(legend for axes in figure.axes if (legend := axes.get_legend()) is not None)]


def lines(axes, figure):
    """Name, x and y of each curve; a name that only the legend knows is found by its handle's looks."""
    named = {}
    for legend in legends(figure):
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            if hasattr(handle, "get_linestyle") and hasattr(handle, "get_color"):
                named.setdefault((str(handle.get_color()), str(handle.get_linestyle())), text.get_text())
    found = []
    for line in axes.lines:
        name = line.get_label()
        if name.startswith("_"):
            name = named.get((str(line.get_color()), str(line.get_linestyle())), name)
        x, y = (np.asarray(values, np.float64) for values in line.get_data())
        found.append([name, x, y])
    return found
