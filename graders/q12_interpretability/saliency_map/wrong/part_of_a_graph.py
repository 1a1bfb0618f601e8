"""Keeps the map in the graph.

Misconception: create_graph=True is the safe choice.
Caught by: test_detached
Keeps: test_gradient
Advice: The map is a result to look at: a graph keeps all activations alive.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels, create_graph=True)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
