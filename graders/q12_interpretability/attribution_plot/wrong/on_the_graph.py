"""Does not take the tensor off the graph.

Misconception: A tensor is nearly an array.
Caught by: test_tensors_of_a_graph
Keeps: test_tensor, test_dtypes
Advice: .numpy() raises for tensors that require gradients: call .detach() first.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.to("cpu", torch.float64).numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
