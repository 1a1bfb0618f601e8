"""Dropout: in training, a random part of the elements is silenced and the rest made louder by as much.

Idea. A network whose units may vanish at any step cannot rely on one unit being there to correct another; each has to
be useful beside many different companions. Training then resembles the training of very many thinned networks that
share their weights, and the full network at evaluation time stands for their average.

Derivation. Let m be 1 with probability 1 - p and 0 otherwise. Then E[m x / (1 - p)] = x: scaling the survivors
("inverted" dropout) keeps the mean of every activation, so that evaluation needs no correction at all. The variance
of an element grows by x**2 * p / (1 - p). The map is linear in x for a given mask, so that its gradient is g * m / (1
- p), with that same m.

Cost. One random number, one comparison and one multiplication an element, and the mask kept for the backward pass.

Pitfalls.
- p is the probability of dropping, not of keeping.
- p = 1: dividing by 1 - p gives 0 / 0 = NaN. The mask is empty, so the scale does not matter: leave it out.
- A mask that has fewer elements than x (one row for the batch, one number per channel) is another method.
- A float32 mask turns a half-precision result into float32; a mask made on the CPU does not meet a tensor on a GPU.
- A flag of one's own beside `self.training`: `model.eval()` does not know of it.
- Recovering the mask from `output != 0` in a hand-written backward pass: inputs that are zero look as if they had
  been dropped.

Follow-up questions.
- How does dropout go together with batch norm? Badly, when it stands before it: the variance that batch norm sees in
  training is larger than in evaluation. Put it after the last batch norm, or leave it out.
- What changes for convolutions? Neighbouring pixels carry the same information, so single ones are hardly missed;
  there one drops whole channels (`nn.Dropout2d`) or blocks.
- How would one get an uncertainty out of it? Leave it on at evaluation time and average over many passes; their
  spread is a rough measure of the network's doubt (Monte Carlo dropout).
"""

import torch
from torch import nn


class Dropout(nn.Module):
    """Inverted dropout. Raises ValueError where p lies outside [0, 1]."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, between 0 and 1, and not {p}")
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A tensor like x (any shape): thinned out in training mode, equal to x in evaluation mode."""
        if not self.training:
            return x
        keep = torch.rand(x.shape, device=x.device) >= self.p  # rand is below 1, so p = 1 keeps nothing
        scale = 1 / (1 - self.p) if self.p < 1 else 1.0
        return x * keep * scale
