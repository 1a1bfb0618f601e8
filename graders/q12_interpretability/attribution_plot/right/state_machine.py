"""Right, in pyplot's stateful style under no_grad, with upside-down rows and an upside-down origin, smoothed."""

import matplotlib.pyplot as plt
import numpy as np
import torch


@torch.no_grad()
def plot_attribution(attribution, title="Attribution Map"):
    if torch.is_tensor(attribution):
        attribution = attribution.to(torch.float32).clone().numpy()
    if np.ndim(attribution) != 2:
        raise ValueError("plot_attribution needs a two-dimensional map")
    figure = plt.figure()
    try:
        plt.imshow(attribution[::-1], "viridis", origin="lower", aspect="auto", interpolation="bilinear")
        plt.colorbar(orientation="horizontal")
        plt.title(title)
    finally:
        plt.close(figure)
    return figure
