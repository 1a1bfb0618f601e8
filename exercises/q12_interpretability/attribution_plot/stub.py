import numpy as np
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    """A figure with the map (H, W) as a viridis image, a colour bar and a title.

    ValueError where `attribution` is not two-dimensional.
    """
    raise NotImplementedError
