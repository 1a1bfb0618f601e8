"""plot_attribution on secret maps: the figure is rendered, and its colours are compared with viridis' own."""

import numpy as np
import torch
from matplotlib import colormaps

from etude.grading import (
    TensorValue,
    as_array,
    assert_close,
    assert_raises,
    assert_shape,
    assert_true,
    assert_unchanged,
    check,
    entry,
    unpack,
)

VIRIDIS = colormaps["viridis"]
NEAR = 0.06  # an interpolated or a neighbouring colour is as good


@check("contract", points=1)
def test_figure(submission, rng):
    """What comes back is a matplotlib Figure that holds one image."""
    assert_picture(submission.probe.plot(draw(rng)))


@check("correctness", points=2, depends_on="test_figure")
def test_viridis(submission, rng):
    """The cells are drawn in colours of viridis, a different one for different values."""
    values = draw(rng)
    colours = cells(submission.probe.plot(values), values.shape).reshape(-1, 3)
    table = VIRIDIS(np.arange(256))[:, :3]
    distance = np.abs(colours[:, None] - table).max(axis=-1).min(axis=1)
    help = 'Name the colour map: imshow(values, cmap="viridis").'
    assert_true(distance.max() < NEAR, "a cell is drawn in a colour that viridis does not have", help=help)
    assert_true(np.ptp(colours, axis=0).max() > 0.3, "all cells have nearly the same colour")


@check("correctness", points=3, depends_on="test_viridis")
def test_values(submission, rng):
    """Read by the colour scale, each cell shows its own value, with row 0 at the top and column 0 on the left."""
    for shape in ((6, 5), (4, 9)):
        values = draw(rng, shape)
        assert_values(submission.probe.plot(values), values)


@check("correctness", points=2, depends_on="test_values")
def test_whole_range(submission, rng):
    """The scale reaches from the smallest value to the largest, and not far beyond: tiny ones can be told apart."""
    for size, kind in ((1.0, np.asarray), (1e6, torch.tensor), (1e-9, torch.tensor)):
        values = draw(rng) * size
        picture = submission.probe.plot(kind(values))
        assert_values(
            picture, values, help="Keep the precision: float16 has no number beyond 65504, and none near 1e-9."
        )
        places = as_array(entry(picture, "places")).astype(np.float64)
        assert_true(
            places.min() > -1e-3 and places.max() < 1 + 1e-3,
            "values beyond an end of the colour scale all have its last colour",
            help="Leave vmin and vmax alone, or let them reach the smallest and the largest value.",
        )
        assert_true(
            np.ptp(places) > 0.3,
            "the largest value has nearly the colour of the smallest",
            returned=f"on a colour scale from 0 to 1 they are at {places.max():.2f} and {places.min():.2f}",
            help="Neither round the values nor give the scale an end of its own: 1e-9 may be a large attribution.",
        )


@check("correctness", points=1, depends_on="test_values")
def test_tensor(submission, rng):
    """A tensor is drawn like an array, in whatever order it lies in memory."""
    values = draw(rng)
    for tensor in (torch.tensor(values), torch.tensor(values.T.copy()).T):
        assert_values(submission.probe.plot(tensor), values)


@check("correctness", points=2, depends_on="test_figure")
def test_colour_bar(submission, rng):
    """A colour bar in viridis, with numbers on its axis, tells what the colours mean."""
    picture = assert_picture(submission.probe.plot(draw(rng)))
    bars = as_array(entry(picture, "bars"))
    assert_true(
        bars == 1, f"{int(bars)} colour bars are in the figure", wanted="one", help="figure.colorbar(image, ax=axes)."
    )
    wanted = VIRIDIS(np.linspace(0, 1, 9))[:, :3]
    assert_close(entry(picture, "bar_colours"), wanted, tol=NEAR, help="Make the bar from the image itself.")
    assert_true(
        as_array(entry(picture, "ticks")) >= 2, "no numbers stand at the colour bar", help="Leave its ticks on."
    )


@check("correctness", points=1, depends_on="test_figure")
def test_title(submission, rng):
    """The title is the one given, or "Attribution Map"."""
    secret = "".join(rng.choice(list("abcdefgh"), size=8))
    for given, wanted in (((), "Attribution Map"), ((secret,), secret)):
        picture = assert_picture(submission.probe.plot(draw(rng), *given))
        titles = entry(picture, "titles")
        assert_true(wanted in titles, "the title is not there", returned=str(titles), wanted=wanted)


@check("contract", points=2, depends_on="test_values")
def test_dtypes(submission, rng):
    """Arrays and tensors of every float dtype are drawn."""
    values = np.round(draw(rng) * 4) / 4  # the same number in each of them
    for dtype in (np.float16, np.float32):
        assert_values(submission.probe.plot(values.astype(dtype)), values)
    for dtype in (torch.bfloat16, torch.float16, torch.float32):
        assert_values(
            submission.probe.plot(torch.tensor(values, dtype=dtype)),
            values,
            help="NumPy has no bfloat16: call .float() before .numpy().",
        )


@check("contract", points=2, depends_on="test_values")
def test_tensors_of_a_graph(submission, rng):
    """Tensors that require gradients, leaves and results of computations alike, are drawn."""
    values = draw(rng)
    help = "A tensor on the graph becomes an array by .detach() first."
    leaf = torch.tensor(values, requires_grad=True)
    assert_values(submission.probe.plot(leaf), values, help=help)
    factor = float(rng.uniform(1, 2))
    assert_values(submission.probe.plot_computed(leaf, factor), values * factor, help=help)


@check("stability", points=1, depends_on="test_values")
def test_flat_map(submission, rng):
    """A map whose values are all equal, and one of a single row beside it, are drawn in full."""
    row = draw(rng, (1, 7))
    assert_values(submission.probe.plot(row), row)
    for level in (0.0, rng.uniform(1, 2)):
        colours = cells(submission.probe.plot(np.full((3, 4), level)), (3, 4))
        assert_true(np.ptp(colours, axis=(0, 1)).max() < NEAR, "equal values have different colours")
        table = VIRIDIS(np.arange(256))[:, :3]
        distance = np.abs(colours[..., None, :] - table).max(axis=-1).min()
        assert_true(distance < NEAR, "equal values are not drawn in a colour of viridis")


@check("contract", points=1, depends_on="test_values")
def test_own_figure(submission, rng):
    """A second call leaves the first one's figure as it was."""
    maps = [draw(rng), draw(rng, (3, 8))]
    pictures = unpack(submission.probe.plot_both(*maps), 2)
    for picture, values in zip(pictures, maps, strict=True):
        assert_values(picture, values, help="Make a new figure in each call.")


@check("errors", points=2, depends_on="test_values")
def test_not_two_dimensional(submission, rng):
    """Maps with any other number of dimensions raise ValueError."""
    for shape in ((), (5,), (1, 4, 5), (4, 5, 1), (4, 5, 3), (1, 1, 4, 5)):
        values = np.asarray(rng.normal(size=shape))
        for each in (values, torch.tensor(values)):
            assert_raises(
                ValueError,
                submission.probe.plot,
                each,
                help="Check ndim yourself: imshow takes (H, W, 3) for an RGB image, and squeeze hides a batch of one.",
            )


@check("contract", points=1, depends_on="test_values", testimony=True)
def test_pyplot(submission, rng):
    """Nothing is shown, no pyplot figure stays open (after an error neither), the caller's own does, rcParams stay."""
    for values in (draw(rng), rng.normal(size=(2, 3, 4))):
        seen = submission.probe.surroundings(values)
        opened, closed, shown = (as_array(entry(seen, key)) for key in ("opened", "closed", "shown"))
        assert_true(opened == 0, "a pyplot figure was left open", help="matplotlib.figure.Figure(), or plt.close(fig).")
        assert_true(closed == 0, "a figure of the caller's was closed", help='plt.close(fig), not plt.close("all").')
        assert_true(shown == 0, "the figure was shown", help="Return it: showing is the caller's business.")
        changed = entry(seen, "changed")
        assert_true(changed == [], "matplotlib's settings were changed", returned=str(changed))


@check("contract", points=1, depends_on="test_values", testimony=True)
def test_manners(submission, rng):
    """The argument is as before, nothing is printed, and global settings and generators are left alone."""
    values = draw(rng)
    assert_unchanged(submission.probe.plot, values)
    leaf = torch.tensor(values, requires_grad=True)
    seen = assert_unchanged(submission.probe.surroundings, leaf)
    argument = entry(seen, "argument")
    assert_close(argument, values)
    assert_true(
        isinstance(argument, TensorValue) and argument.requires_grad,
        "the tensor no longer requires gradients",
        help="detach() gives a new tensor; requires_grad_(False) and detach_() change the caller's.",
    )


def draw(rng, shape=(6, 5)):
    """Values of both signs, whose smallest and largest differ in size."""
    values = rng.permutation(np.linspace(-1, 3, shape[0] * shape[1])).reshape(shape)
    return values * rng.uniform(1, 2) + rng.uniform(-0.2, 0.2)


def assert_picture(picture):
    kind = entry(picture, "kind")
    assert_true(kind == "Figure", "no Figure came back", returned=str(kind), wanted="matplotlib.figure.Figure")
    images = as_array(entry(picture, "images"))
    assert_true(images == 1, f"{int(images)} images are in the figure", wanted="one, by imshow or matshow")
    return picture


def cells(picture, shape):
    """The colours of the cells, (H, W, 3)."""
    size = as_array(entry(assert_picture(picture), "cells")).tolist()
    assert_true(size == list(shape), "the image has another size", returned=str(size), wanted=str(list(shape)))
    colours = entry(picture, "colours")
    assert_shape(colours, (*shape, 3))
    return as_array(colours)


def assert_values(picture, values, help=None):
    colours = cells(picture, values.shape)
    places = entry(picture, "places")
    assert_shape(places, values.shape)
    assert_close(
        colours,
        VIRIDIS(as_array(places).astype(np.float64))[..., :3],
        tol=NEAR,
        help=help or "Draw the values as they are, the first row at the top, and make the colour bar from that image.",
    )
