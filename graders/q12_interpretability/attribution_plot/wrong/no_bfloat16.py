"""Converts without changing the dtype.

Misconception: Every dtype of torch has a twin in NumPy.
Caught by: test_dtypes
Keeps: test_tensor, test_tensors_of_a_graph
Advice: NumPy has no bfloat16: go through .float().
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    if isinstance(attribution, Tensor):
        attribution = attribution.detach().cpu().numpy()
    values = np.asarray(attribution)
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"), ax=axes)
    axes.set_title(title)
    return figure
