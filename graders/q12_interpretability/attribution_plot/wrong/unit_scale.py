"""The colour scale reaches from -1 to 1 at least.

Misconception: attributions lie between -1 and 1.
Caught by: test_whole_range
Keeps: everything else
Advice: A tiny map has one colour on that scale. Leave vmin and vmax to the values.
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
    image = ax.imshow(values, cmap="viridis", vmin=min(-1.0, values.min()), vmax=max(1.0, values.max()))
    fig.colorbar(image, ax=ax)
    ax.set_title(title)
    plt.close(fig)
    return fig
