"""Another colour map.

Misconception: Attributions are heat maps, so the map is hot.
Caught by: test_viridis, test_colour_bar
Keeps: test_title
Advice: The colour map asked for is viridis.
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
    figure.colorbar(axes.imshow(values, cmap="hot"), ax=axes)
    axes.set_title(title)
    return figure
