"""Rescales the map to 0..1.

Misconception: imshow needs values between 0 and 1.
Caught by: test_values
Keeps: test_viridis, test_colour_bar
Advice: imshow scales the colours itself; the colour bar should tell the values that were given.
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
    values = (values - values.min()) / (np.ptp(values) or 1.0)
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
