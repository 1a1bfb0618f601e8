"""Rows turned over with the origin below, a norm centred at zero, and the bar on the left.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.colors import CenteredNorm


def plot_attribution(attribution, title="Attribution Map"):
    a = attribution
    if isinstance(a, torch.Tensor):
        a = a.detach().float().cpu().numpy()
    if np.ndim(a) != 2:
        raise ValueError("not 2-d")
    a = np.array(a, dtype=np.result_type(a, np.float32))
    fig = plt.figure()
    ax = fig.add_subplot(1, 1, 1)
    im = ax.imshow(a[::-1], origin="lower", cmap=plt.get_cmap("viridis"), norm=CenteredNorm() if np.ptp(a) else None, interpolation="none")
    bar = plt.colorbar(im, ax=ax, location="left", shrink=0.8)
    bar.set_label("value")
    fig.suptitle(title)
    plt.close(fig)
    return fig
