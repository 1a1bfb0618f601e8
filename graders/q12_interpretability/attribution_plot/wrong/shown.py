"""Shows the figure before it returns it.

Misconception: A plotting function should show its plot.
Caught by: test_pyplot
Keeps: test_values
Advice: Return the figure; whoever asked for it shows or saves it.
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
    plt.show()
    plt.close(figure)
    return figure
