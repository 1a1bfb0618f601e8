"""Right, with pyplot's matshow, a figure that is closed again, the values as nested lists, and a title of the figure."""

import matplotlib.pyplot as plt
import numpy as np
import torch


def plot_attribution(attribution, title="Attribution Map"):
    if isinstance(attribution, torch.Tensor):
        attribution = np.array(attribution.tolist())
    if attribution.ndim != 2:
        raise ValueError("not (H, W)")
    fig, ax = plt.subplots(figsize=(5, 4))
    im = ax.matshow(attribution, cmap=plt.cm.viridis)
    plt.colorbar(im, ax=ax)
    fig.suptitle(title)
    plt.close(fig)
    return fig
