"""Leaves the check to imshow.

Misconception: matplotlib knows what it can draw.
Caught by: test_not_two_dimensional
Keeps: test_values
Advice: imshow raises TypeError, and draws (H, W, 3) as a photograph: check ndim and raise ValueError.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.detach().to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
