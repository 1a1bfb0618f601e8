"""The penalised loss, mended.

Idea
    Compare the code with the formula term by term, and then look at what a value does not show: the device of every
    tensor that the code makes, and the memory that every assignment writes into.

Faults
    `parameter.norm(p=2)` is the root of the sum of squares. The L1 norm has no root, so the same call is right there.
    Biases and norm scales were penalised: nothing asked for the number of dimensions.
    `loss += penalty` writes into the caller's tensor, whose value is then logged with the penalty in it, and which
    grows at every call. It also makes the result that very tensor.
    `torch.zeros(1, dtype=…)` lives on the CPU: the first addition fails where the model is on a GPU. Its shape (1,) was
    why it did not work by accident: torch lets 0-d CPU tensors meet any other.

Cost
    One pass over the weights forward and one backward: little beside a batch's work.

Pitfalls
    Mending the device by the model's: under model parallelism its parameters lie on several, and the loss decides.
    Returning early where nothing is penalised: the result is then the loss itself.

Follow-up questions
    Which test would have found each fault? The value on a weight that is not of norm 1; a model with a large bias; two
    calls on one loss; and the "meta" device, on which tensors have a place and no numbers, so that any machine can run
    it.
    Why does `loss += penalty` mostly work in training? The loss is seldom a leaf, autograd records in-place additions,
    and a loop that computes a fresh loss for each batch never sees the changed one, except in its log.
"""

import torch
from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    """The 0-d `loss` plus an L1 and an L2 penalty on the model's weights: a new tensor."""
    penalty = torch.zeros_like(loss)
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dim() >= 2:
            l1, l2 = parameter.abs().sum(), parameter.square().sum()
            penalty = penalty + (lambda_l1 * l1 + lambda_l2 * l2).to(loss)
    return loss + penalty
