"""One training step.

Idea
    Six events, in this order: training mode, drop the old gradients, forward, loss, backward, update. What is asked is
    whether each is there, once, and in its place.

Derivation
    For one row with scores z and label y the loss is `log(sum_j exp(z_j)) - z_y`. Its gradient is `softmax(z) - e_y`,
    divided by N for the mean. In the prompt's example softmax gives 1/3 each, so that the gradient at the scores is
    (-2/3, 1/3, 1/3): times the input 3 and the rate 1 the first row of weights gains 2, the others lose 1.
    `cross_entropy` works from raw scores because the two logarithms are safe only together: taking the log of a softmax
    that has underflowed to 0 gives an infinite loss.

Cost
    A forward pass, a backward pass of about twice its work, and the optimiser's few operations for each parameter.
    `item()` waits for the device: on a GPU a loop that logs every hundredth step should not call it at every one.

Pitfalls
    Clearing gradients after the step only: the very first step still sees what was there before. Clearing them between
    backward and step: nothing moves. Forgetting `model.train()` after a validation pass: dropout is off, and batch norm
    normalises with statistics that no longer move. Returning the tensor: a list of those keeps values on the device,
    and with `loss_sum += loss` the graph of every step as well. Running the model again to report the loss: twice the
    work, and the batch-norm statistics move twice.

Follow-up questions
    Why `zero_grad` at all? backward adds to `.grad`, so that a parameter used in several places, or a batch split into
    several, gets the sum. Somebody has to say where one sum ends.
    Where would gradient clipping go? Between backward and step; under mixed precision, after unscaling.
    When is the mean the wrong reduction? With padded or weighted samples, and when batches of different sizes are
    accumulated: then sum, and divide by what was really counted.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


def train_step(model: nn.Module, optimizer: torch.optim.Optimizer, x_batch: Tensor, y_batch: Tensor) -> float:
    model.train()
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(x_batch), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
