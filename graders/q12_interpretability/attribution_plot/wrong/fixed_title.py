"""The title given is ignored.

Misconception: The default is what everybody wants.
Caught by: test_title
Keeps: test_values
Advice: Set the title that was passed in.
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
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title("Attribution Map")
    return figure
