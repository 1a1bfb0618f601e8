"""Right, with colours looked up by hand, symmetric limits, and a colour bar of its own mappable on its own axes."""

import torch
from matplotlib import cm, colors
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


def plot_attribution(attribution, title="Attribution Map"):
    grid = torch.as_tensor(attribution).clone().detach().float().cpu()
    if len(grid.shape) != 2:
        raise ValueError(f"{len(grid.shape)} dimensions")
    limit = float(grid.abs().max()) or 1.0
    scale = cm.ScalarMappable(colors.Normalize(-limit, limit), "viridis")
    fig = Figure(layout="constrained")
    FigureCanvasAgg(fig)
    left, right = fig.subplots(1, 2, width_ratios=[20, 1])
    left.imshow(scale.to_rgba(grid.numpy()), interpolation="nearest")
    left.axis("off")
    left.set_title(title, loc="left")
    fig.colorbar(scale, cax=right)
    return fig
