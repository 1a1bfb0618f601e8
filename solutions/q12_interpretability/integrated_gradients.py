"""Integrated gradients.

Idea
    The gradient at x says what matters near x; where the score has saturated it is zero, although the input decided
    everything. Integrated gradients averages the gradient along the way from a neutral baseline to x, and so counts
    what happened on the way.

Derivation
    Along the path `p(a) = b + a (x - b)` the score's derivative is the inner product of its gradient with `x - b`.
    Integrating from 0 to 1 gives `f(x) - f(b) = sum_i (x_i - b_i) * mean_a df/dx_i(p(a))`: the terms of this sum are
    the attributions, which therefore add up to the change (completeness). The mean is approximated at the midpoints
    `(j + 1/2) / steps`, with an error of order `1 / steps**2`. Rules that take one end of each interval have an error
    of `(g(1) - g(0)) / (2 steps)`, which is 5 % for x**5 at 50 steps.

Cost
    `steps` forward and backward passes' worth of arithmetic, done as one of each on a batch of `steps * N`.

Pitfalls
    Averaging over `linspace(0, 1, steps)` with equal weights counts both ends twice. Calling backward in a loop adds up
    in `.grad`. A layer that works in place on a leaf raises, and on a tensor that is no leaf the gradient is silently
    taken behind that layer: hand the model a copy. Laying the batch out row by row while the targets repeat step by
    step explains the wrong classes. A trapezoid rule over a single point gives zero.

Follow-up questions
    How do you choose a baseline? It should carry no evidence: black, a blurred image, the mean, a padding token. The
    attributions answer "compared with what", so different baselines are different questions.
    How do you know that 50 steps are enough? Compare the sum with the change of the score, and double the steps where
    they disagree.
    The batch does not fit in memory: what now? Go through it in chunks and add up; the result is the same.
"""

import torch
from torch import Tensor, nn


def integrated_gradients(
    model: nn.Module, x: Tensor, target: int | Tensor, baseline: Tensor | None = None, steps: int = 50
) -> Tensor:
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    start = torch.zeros_like(x) if baseline is None else baseline.detach()
    change = x.detach() - start
    positions = (torch.arange(steps).to(x) + 0.5) / steps
    path = start + positions.reshape(-1, *[1] * x.dim()) * change
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        with torch.enable_grad():
            scores = model(path.requires_grad_().flatten(0, 1).clone()).unflatten(0, (steps, len(x)))
            (gradients,) = torch.autograd.grad(scores[:, torch.arange(len(x)), target].sum(), path)
    finally:
        for module, training in modes:
            module.training = training
    return change * gradients.mean(dim=0)
