"""Pictures for a failed check: what came back beside what was wanted.

    with attach_figure(image("yours", heatmap), image("wanted", expected)):
        assert_close(heatmap, expected)

A panel is made from values that have already arrived, whatever they turn out to be; one that cannot be drawn is left
out. Sizes are bounded, so that a candidate's array cannot swell the report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any

import numpy as np

from etude.grading.values import Array, as_array
from etude.judge.brief import brief, cut
from etude.judge.outcomes import CheckFailure
from etude.report import Panel

MAX_PANELS = 4
MAX_SIDE = 64  # rows and columns of a grid
MAX_POINTS = 512  # of a curve
MAX_CURVES = 8
MAX_TITLE = 60  # characters, of labels and names of curves too


@contextmanager
def attach_figure(*panels: Panel | None) -> Iterator[None]:
    """The check that fails inside shows these panels, side by side."""
    try:
        yield
    except CheckFailure as failure:
        failure.figure = failure.figure or tuple(panel for panel in panels if panel is not None)[:MAX_PANELS]
        raise


def image(title: str, values: Any) -> Panel | None:
    """A picture of a matrix of numbers; those of a stack stand in a row, as many as there is room for."""
    return _grid(title, values, ())


def matrix(title: str, values: Any, labels: Sequence[Any]) -> Panel | None:
    """A matrix whose cells are to be read, like a confusion matrix; `labels` name its rows and its columns."""
    return _grid(title, values, tuple(_text(label) for label in labels[:MAX_SIDE]))


def curves(title: str, **series: Any) -> Panel | None:
    """One curve for each name, against its position in the sequence."""
    drawn = {}
    for name, values in list(series.items())[:MAX_CURVES]:
        array = _numbers(values)
        if array is not None and array.size:
            flat = array.reshape(-1)
            drawn[_text(name)] = _plain(flat[:: _step(flat.size, MAX_POINTS)])
    return Panel(_text(title), curves=drawn) if drawn else None


def _grid(title: str, values: Any, labels: tuple[str, ...]) -> Panel | None:
    array = _numbers(values)
    if array is None or not array.size:
        return None
    array = np.atleast_2d(array)
    height, width = array.shape[-2:]
    thinned = array[..., :: _step(height, MAX_SIDE), :: _step(width, MAX_SIDE)]
    rows = tuple(_plain(row) for row in (_in_a_row(thinned) if thinned.ndim > 2 else thinned))
    fits = labels if (height, width) == (len(labels), len(labels)) else ()
    return Panel(_text(title), rows, row_labels=fits, column_labels=fits)


def _in_a_row(stack: Array) -> Array:
    """The first matrices of a stack as one, an empty column between them."""
    height, width = stack.shape[-2:]
    matrices = stack.reshape(-1, height, width)[: max(MAX_SIDE // (width + 1), 1)].astype(np.float64)
    framed = np.pad(matrices, ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
    return framed.transpose(1, 0, 2).reshape(height, -1)[:, :-1]


def _numbers(values: Any) -> Array | None:
    """Real numbers as an array, of the candidate's or of the grader's own; None of anything else."""
    if type(values).__module__.partition(".")[0] == "torch":  # the grader's own: a candidate's is a TensorValue
        values = values.detach().cpu().double().numpy()
    try:
        array = as_array(values)
    except CheckFailure:
        return None
    return array if array.dtype.kind in "biuf" else None


def _step(size: int, most: int) -> int:
    return -(-size // most)


def _plain(values: Array) -> tuple[float | None, ...]:
    """Four figures of each, which is more than an eye can tell; None where there is no finite number."""
    numbers = values.astype(np.float64).tolist()
    return tuple(float(f"{number:.4g}") if isfinite(number) else None for number in numbers)


def _text(text: Any) -> str:
    return cut(text if isinstance(text, str) else brief(text, MAX_TITLE), MAX_TITLE)
