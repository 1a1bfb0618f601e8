import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    """Optimisers under "adam", "sgd" (momentum 0.9) and "rmsprop", over the parameters that require gradients."""
    raise NotImplementedError
