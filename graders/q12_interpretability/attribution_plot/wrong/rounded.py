"""Rounds the values to six digits behind the point.

Misconception: what is smaller than a millionth is nothing.
Caught by: test_whole_range
Keeps: everything else
Advice: A map may be tiny as a whole: nothing is left of 1e-9. Draw the values as they are.
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
    image = ax.imshow(values.round(6), cmap="viridis")
    fig.colorbar(image, ax=ax)
    ax.set_title(title)
    plt.close(fig)
    return fig
