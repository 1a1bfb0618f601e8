"""Sets a global style.

Misconception: rcParams are where one says how figures look.
Caught by: test_pyplot
Keeps: test_values
Advice: rcParams belong to the whole program; pass what you want to the artists, or use rc_context.
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
    plt.rcParams["font.size"] = 8
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
