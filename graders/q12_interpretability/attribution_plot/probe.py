"""Has the candidate draw, then reads the figure with matplotlib's own artist API, and renders it by Agg."""

import contextlib
import warnings

import matplotlib
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

matplotlib.use("agg")
settings = dict(matplotlib.rcParams)
shown = []
plt.show = FigureManagerBase.show = Figure.show = lambda *args, **kwargs: shown.append("shown")


def plot(*arguments):
    """The figure for these arguments, read."""
    return read(submission.plot_attribution(*arguments), arguments[0])  # noqa: F821


def plot_both(first, second):
    """Two figures, read when both are there."""
    figures = [submission.plot_attribution(each) for each in (first, second)]  # noqa: F821
    return [read(figure, values) for figure, values in zip(figures, (first, second), strict=True)]


def plot_computed(x, factor):
    """The figure of a tensor that is itself the result of a computation."""
    values = x * factor
    return read(submission.plot_attribution(values), values)  # noqa: F821


def surroundings(attribution):
    """What a call does to pyplot and to matplotlib's settings, and whether the argument still requires gradients."""
    own = plt.figure()
    before = plt.get_fignums()
    shown.clear()
    try:
        with contextlib.suppress(ValueError):
            submission.plot_attribution(attribution)  # noqa: F821
        after = plt.get_fignums()
    finally:
        plt.close(own)
    changed = [name for name, value in matplotlib.rcParams.items() if name in settings and settings[name] != value]
    counts = {"opened": len(set(after) - set(before)), "closed": len(set(before) - set(after)), "shown": len(shown)}
    return {**counts, "changed": changed, "argument": attribution}


def read(figure, values):
    if not isinstance(figure, Figure):
        return {"kind": type(figure).__name__, "images": 0}
    values = np.array(values.detach().double() if hasattr(values, "detach") else values, np.float64)
    images = [image for axes in figure.axes for image in axes.images if not is_bar(axes)]
    titles = [axes.get_title(place) for axes in figure.axes for place in ("left", "center", "right")]
    result = {"kind": "Figure", "images": len(images), "titles": [*titles, figure.get_suptitle()]}
    if len(images) != 1:
        return result
    bars = [axes._colorbar for axes in figure.axes if is_bar(axes)]
    scale = bars[0].mappable if bars else images[0]
    result["cells"] = list(np.shape(images[0].get_array())[:2])
    result["bars"] = len(bars)
    result["bar_colours"] = scale.cmap(np.linspace(0, 1, 9))[:, :3]
    result["colours"] = sampled(figure, images[0], values.shape)
    result["ticks"] = sum(
        bool(label.get_text())
        for bar in bars
        for axis in (bar.ax.xaxis, bar.ax.yaxis)
        for label in axis.get_ticklabels()
    )
    result["places"] = np.asarray(scale.norm(values), np.float64)
    return result


def is_bar(axes):
    return getattr(axes, "_colorbar", None) is not None


def sampled(figure, image, shape):
    """The colours rendered at the centres of the image's cells, the top row first."""
    canvas = FigureCanvasAgg(figure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the layout: what counts is the call
        canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3] / 255.0
    box = image.get_window_extent(canvas.get_renderer())  # on an inverted axis its x0 is on the right
    rows = len(pixels) - (box.ymax - (np.arange(shape[0]) + 0.5) / shape[0] * (box.ymax - box.ymin))
    columns = box.xmin + (np.arange(shape[1]) + 0.5) / shape[1] * (box.xmax - box.xmin)
    inside = [
        np.clip(np.int64(places), 0, size - 1) for places, size in zip((rows, columns), pixels.shape[:2], strict=True)
    ]
    return pixels[np.ix_(*inside)]
