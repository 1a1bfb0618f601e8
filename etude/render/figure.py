"""The figure of a failed check as a PNG. Needs matplotlib (the extra `plots`).

Readable on white, whatever the page around it; nothing of pyplot, so that no setting or figure is shared.
"""

from __future__ import annotations

import io
import math
import textwrap
import warnings
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from etude.render.visible import visible_line
from etude.report import Panel

INCHES = (4.0, 3.4)  # of one panel
DPI = 120
MOST_LABELS = 20  # a larger matrix is drawn without labels and numbers
LARGEST = 1e30  # beyond it, matplotlib's own arithmetic overflows
NO_NUMBER = "#c8c8c8"  # NaN, infinity, and the gap between two images
TITLE, LABEL, CURVE = 60, 12, 20  # characters: longer ones would leave no room to draw in
LINES = ("-", "--", "-.", ":")  # one curve may lie upon another


def figure_png(panels: tuple[Panel, ...]) -> bytes:
    """The panels side by side, wide images below each other.

    Images share one scale of colours: diverging around 0 where any value is negative.
    """
    grids = {index: _array(panel.grid) for index, panel in enumerate(panels) if panel.grid}
    count = max(len(panels), 1)
    below = len(grids) == count and all(grid.shape[1] > 2 * grid.shape[0] for grid in grids.values())
    rows, columns = (count, 1) if below else (1, count)
    size = (2 * INCHES[0], INCHES[1] / 2 * rows) if below else (INCHES[0] * columns, INCHES[1])
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    figure.patch.set_facecolor("white")
    colours = _colours(list(grids.values()))
    images, image = [], None
    for index, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.set_title(textwrap.fill(_text(panel.title, TITLE), 40), fontsize=11)
        if index in grids:
            image = axes.imshow(grids[index], interpolation="nearest", **colours)
            images.append(axes)
            _label_cells(axes, panel, grids[index], image)
        else:
            _draw_curves(axes, panel)
    if image is not None:
        figure.colorbar(image, ax=images, shrink=0.85)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a name in a script that matplotlib's font does not have
        figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _array(rows: tuple[tuple[float | None, ...], ...]) -> np.ndarray[Any, Any]:
    return np.array([_heights(row) for row in rows], dtype=np.float64)


def _heights(numbers: tuple[float | None, ...]) -> list[float]:
    return [math.nan if number is None else min(max(number, -LARGEST), LARGEST) for number in numbers]


def _colours(grids: list[np.ndarray[Any, Any]]) -> dict[str, Any]:
    """The colour map and the scale that all images share."""
    from matplotlib import colormaps

    numbers = np.concatenate([grid[np.isfinite(grid)] for grid in grids]) if grids else np.zeros(0)
    low, high = (float(numbers.min()), float(numbers.max())) if numbers.size else (0.0, 1.0)
    if low < 0:
        high = max(-low, high)
        low = -high
    cmap = colormaps["RdBu_r" if low < 0 else "viridis"].with_extremes(bad=NO_NUMBER)
    return {"cmap": cmap, "norm": Normalize(low, high if high > low else low + 1)}


def _label_cells(axes: Any, panel: Panel, grid: np.ndarray[Any, Any], image: Any) -> None:
    """Names at rows and columns and a number in each cell, where the matrix is to be read; else no ticks at all."""
    columns, rows = panel.column_labels, panel.row_labels
    if not (columns or rows) or max(grid.shape) > MOST_LABELS:
        axes.set_xticks([])
        axes.set_yticks([])
        return
    upright = max(map(len, columns), default=0) <= 4
    axes.set_xticks(range(len(columns)), [_text(name, LABEL) for name in columns], rotation=0 if upright else 45)
    axes.set_yticks(range(len(rows)), [_text(name, LABEL) for name in rows])
    axes.tick_params(labelsize=8)
    for (row, column), number in np.ndenumerate(grid):
        red, green, blue, _ = image.cmap(image.norm(number))
        dark = 0.3 * red + 0.6 * green + 0.1 * blue < 0.5
        shown = f"{number:.4g}" if np.isfinite(number) else "–"
        colour = "white" if dark and np.isfinite(number) else "black"
        axes.text(column, row, shown, ha="center", va="center", fontsize=8, color=colour)


def _draw_curves(axes: Any, panel: Panel) -> None:
    for index, (name, values) in enumerate(panel.curves.items()):
        heights = _heights(values)
        style = LINES[index % len(LINES)]
        axes.plot(heights, style, label=_text(name, CURVE), marker="o" if len(heights) <= 40 else None, markersize=3)
    axes.grid(alpha=0.3)
    axes.tick_params(labelsize=8)
    if panel.curves:
        axes.legend(fontsize=9)


def _text(text: str, longest: int) -> str:
    """Safe to print, and no mathematics: matplotlib would read what stands between two dollar signs."""
    line = visible_line(text)
    return (line if len(line) <= longest else f"{line[: longest - 1]}…").replace("$", r"\$")
