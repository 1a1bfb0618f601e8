"""Starts the colour scale at zero.

Misconception: the scale of an attribution begins at 0.
Caught by: test_whole_range
Keeps: test_values
Advice: Leave vmin and vmax alone: all negative values have one colour here.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch


def plot_attribution(attribution, title="Attribution Map"):
    if isinstance(attribution, torch.Tensor):
        values = attribution.detach().cpu().to(torch.float64).numpy()
    else:
        values = np.asarray(attribution, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"expected (H, W), got {values.shape}")
    fig, ax = plt.subplots()
    image = ax.imshow(values, cmap="viridis", vmin=0)
    fig.colorbar(image, ax=ax)
    ax.set_title(title)
    plt.close(fig)
    return fig
