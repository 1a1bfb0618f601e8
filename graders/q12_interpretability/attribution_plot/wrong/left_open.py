"""The pyplot figure is never closed.

Misconception: Returning a figure hands it over, and pyplot forgets it.
Caught by: test_pyplot
Keeps: test_values
Advice: pyplot keeps every figure that it made until plt.close(figure); a Figure() of your own is not registered.
"""

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.detach().to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure, axes = plt.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
