"""Turns the x axis round.

Misconception: the columns run from right to left, as the rows run from top to bottom.
Caught by: test_values
Advice: imshow has column 0 on the left already: leave the x axis as it is.
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
    image = ax.imshow(values, cmap="viridis", origin="upper")
    fig.colorbar(image, ax=ax)
    ax.set_title(title or "Attribution Map")
    ax.invert_xaxis()
    plt.close(fig)
    return fig
