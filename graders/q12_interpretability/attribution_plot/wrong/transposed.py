"""Rows and columns are exchanged.

Misconception: The first index is x.
Caught by: test_viridis
Keeps: test_title
Advice: The first index is the row: pass the array as it is.
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
    figure.colorbar(axes.imshow(values.T, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
