"""Makes float16 of every tensor.

Misconception: a picture needs no more than half precision.
Caught by: test_whole_range
Keeps: test_values
Advice: float16 ends at 65504, and makes 0 of 1e-9: convert to float32 or float64.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch


def plot_attribution(attribution, title="Attribution Map"):
    if isinstance(attribution, torch.Tensor):
        values = attribution.detach().cpu().to(torch.float16).numpy()
    else:
        values = np.asarray(attribution, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"expected (H, W), got {values.shape}")
    fig, ax = plt.subplots()
    image = ax.imshow(values, cmap="viridis", origin="upper")
    fig.colorbar(image, ax=ax)
    ax.set_title(title)
    plt.close(fig)
    return fig
