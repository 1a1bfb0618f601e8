"""Guards the forward pass alone.

Misconception: Only the model can raise.
Caught by: test_mode_after_exception
Advice: A target out of range raises, too: the finally covers everything between eval() and the end.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        output = model(pixels)
    except BaseException:
        for module, training in modes:
            module.training = training
        raise
    scores = output[torch.arange(len(x)), target]
    (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    for module, training in modes:
        module.training = training
    return gradient.abs().amax(dim=1)
