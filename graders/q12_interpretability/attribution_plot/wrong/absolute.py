"""Draws absolute values.

Misconception: Attribution is about size, not sign.
Caught by: test_values
Keeps: test_viridis, test_colour_bar
Advice: A pixel that speaks against the class is not one that speaks for it: keep the sign.
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
    figure.colorbar(axes.imshow(np.abs(values), cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
