"""Switches off the gradients of the tensor it is given.

Misconception: requires_grad_(False) is detach by another name.
Caught by: test_manners
Advice: The tensor is the caller's: detach() makes a new one and leaves it alone.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = (attribution.requires_grad_(False) if attribution.is_leaf else attribution.detach()).to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
