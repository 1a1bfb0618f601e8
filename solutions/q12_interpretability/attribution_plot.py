"""An attribution map as a matplotlib figure.

Idea
    Turn whatever comes into a plain float array, and draw that on a Figure made without pyplot: such a figure belongs
    to the caller alone, so that nothing has to be closed and no window can open.

Derivation
    A tensor becomes an array in three steps: `detach()` takes it off the graph (NumPy cannot record operations),
    `cpu()` brings it to where NumPy can read it, `double()` gives it a dtype that NumPy has, which bfloat16 is not.

Cost
    H * W values are copied once. Drawing happens only when the figure is saved or displayed.

Pitfalls
    `plt.subplots` without `plt.close`: pyplot keeps every figure it made, and a notebook displays it a second time.
    `attribution.numpy()` for a tensor that requires gradients, or is bfloat16: both raise. `squeeze()` where (H, W) was
    wanted: a batch of one passes, and the mistake shows up only with a batch of two. Absolute values, or a rescaling to
    0..1: the colour bar no longer tells what was computed.

Follow-up questions
    Why viridis and not a rainbow? Its lightness rises evenly, so that equal steps of the value look equal, in grey and
    to colour-blind readers too. For signed maps a diverging map centred at 0 may say more.
    How would you lay the map over the image? Draw the image in grey, then the map over it with `alpha`.
    How are two maps compared? With one common scale: pass the same `vmin` and `vmax` to both and share the colour bar.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor


def plot_attribution(attribution: Tensor | np.ndarray, title: str = "Attribution Map") -> Figure:
    tensor = isinstance(attribution, Tensor)
    values = attribution.detach().to("cpu", torch.float64).numpy() if tensor else attribution
    if values.ndim != 2:
        raise ValueError(f"an attribution map has shape (H, W), not {values.shape}")
    figure = Figure()
    axes = figure.subplots()
    figure.colorbar(axes.imshow(values, cmap="viridis"))
    axes.set_title(title)
    return figure
