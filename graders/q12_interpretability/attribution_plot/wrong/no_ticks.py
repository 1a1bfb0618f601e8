"""Takes the numbers off the colour bar.

Misconception: the colours speak for themselves.
Caught by: test_colour_bar
Keeps: everything else
Advice: Without ticks no value can be read off: leave them on.
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
    fig.colorbar(image, ax=ax).set_ticks([])
    ax.set_title(title)
    plt.close(fig)
    return fig
