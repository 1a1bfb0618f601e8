"""Closes every figure of pyplot.

Misconception: what is open is its own.
Caught by: test_pyplot
Keeps: everything else
Advice: plt.close(fig) closes the one figure; plt.close("all") those of the caller too.
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
    ax.set_title(title)
    plt.close("all")
    return fig
