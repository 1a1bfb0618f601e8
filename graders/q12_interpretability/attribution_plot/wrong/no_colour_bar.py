"""No colour bar.

Misconception: The colours speak for themselves.
Caught by: test_colour_bar
Keeps: test_values, test_title
Advice: Without a bar nobody can tell a value from its colour.
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
    axes.imshow(values, cmap="viridis")
    axes.set_title(title)
    return figure
