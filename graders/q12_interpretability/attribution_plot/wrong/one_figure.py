"""Every call draws into figure number 1.

Misconception: A figure is like a sheet of paper that can be wiped.
Caught by: test_own_figure
Keeps: test_values
Advice: Make a new figure each time: the caller may still hold the last one.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

SHEET = Figure()


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.detach().to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = SHEET
    figure.clear()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
