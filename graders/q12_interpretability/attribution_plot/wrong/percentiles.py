"""Ends the colour scale at percentiles.

Misconception: outliers only spoil the contrast.
Caught by: test_whole_range
Keeps: test_values
Advice: The values beyond the percentiles cannot be read off: let the scale reach them.
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
    image = ax.imshow(values, cmap="viridis", vmin=np.percentile(values, 1), vmax=np.percentile(values, 99))
    fig.colorbar(image, ax=ax)
    ax.set_title(title)
    plt.close(fig)
    return fig
