"""Row 0 is at the bottom.

Misconception: The y axis of a plot points upwards, so images should too.
Caught by: test_values
Keeps: test_viridis, test_colour_bar
Advice: Leave the origin at the top: images count their rows from there.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.detach().to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis", origin="lower"), ax=axes)
    axes.set_title(title)
    return figure
