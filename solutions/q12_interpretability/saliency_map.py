"""A saliency map.

Idea
    To first order a small change of the pixels changes the score by its gradient's inner product with the change. The
    size of the gradient at a pixel therefore says how much that pixel could matter here.

Derivation
    In evaluation mode row n's score depends on row n's pixels alone, so that the gradient of the sum of all rows'
    target scores has, in row n, exactly the gradient of row n's own: one backward pass serves the whole batch. A row
    number beside the target picks one score in each row; `scores[:, target]` would pick all targets in every row.

Cost
    A forward and a backward pass. Asking for the gradient at the input alone spares the weights' gradients, about a
    third of the work.

Pitfalls
    Training mode: dropout makes the map random, and batch norm mixes the rows and moves its running statistics.
    `loss.backward()` adds to every parameter's `.grad`, which the next training step would use. `model.train()` at the
    end also thaws layers that somebody had frozen in evaluation mode. Without a `finally`, an exception leaves the
    model in evaluation mode. Taking the maximum before the absolute value loses every channel with a negative gradient.

Follow-up questions
    Why raw scores and not probabilities? A softmax saturates: where the model is certain its gradient vanishes, and it
    mixes in the evidence for all other classes.
    What does a map like this not show? Anything beyond first order. A feature whose effect has saturated has no
    gradient although it decided the score; integrated gradients repair that. Maps are also noisy: SmoothGrad averages
    them over noisy copies of the image.
    Why the maximum over channels? For a picture, one number a pixel is enough; the maximum keeps a pixel that matters
    in a single colour. A norm over the channels would do as well.
"""

import torch
from torch import Tensor, nn


def saliency_map(model: nn.Module, x: Tensor, target: int | Tensor) -> Tensor:
    modes = [(module, module.training) for module in model.modules()]
    pixels = x.detach().requires_grad_()
    try:
        model.eval()
        scores = model(pixels)[torch.arange(len(x)), target]
        (gradient,) = torch.autograd.grad(scores.sum(), pixels)
    finally:
        for module, training in modes:
            module.training = training
    return gradient.abs().amax(dim=1)
