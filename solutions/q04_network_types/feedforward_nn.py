"""A feed-forward network: linear, ReLU, linear.

Idea. The first layer places `hidden_size` hyperplanes in the input space; ReLU keeps, for each, how far a point lies
on its positive side; the second layer adds these up with weights of its own. The result is a continuous, piecewise
linear function with one kink along each hyperplane. Without the ReLU the two layers would collapse to one, since `W2
(W1 x + b1) + b2 = (W2 W1) x + (W2 b1 + b2)`. With it, and enough hidden units, any continuous function on a bounded
set can be approximated as closely as one likes.

Cost. Per row `input_size * hidden_size + hidden_size * output_size` multiplications, and as many weights, plus
`hidden_size + output_size` biases. A backward pass costs about twice a forward pass.

Pitfalls.
- A softmax at the end: `nn.CrossEntropyLoss` applies its own log-softmax, so the scores would be squashed twice and
  gradients vanish.
- Layers kept in a plain list or as bare tensors: `parameters()` does not see them, so they are neither trained, moved
  nor saved.
- `bias=False`: every hyperplane then passes through the origin.
- `flatten` or `view` in `forward`: nn.Linear already acts on the last dimension, whatever stands before it.
- Weights that start equal: hidden units with equal weights get equal gradients and stay equal for ever.

Follow-up questions.
- Why ReLU rather than sigmoid? Its slope is one wherever it is on, so that gradients pass through many layers without
  shrinking, and it is cheap. The price: a unit that is off for every row gets no gradient ("dead").
- How many parameters are there? `(input_size + 1) * hidden_size + (hidden_size + 1) * output_size`.
- What would you change for regression, and for many labels at once? Nothing in the network: only the loss (squared
  error, or binary cross-entropy with logits for each output).
"""

import torch
from torch import nn


class FeedForwardNN(nn.Module):
    """Linear, ReLU, linear."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(input_size, hidden_size)
        self.output = nn.Linear(hidden_size, output_size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps (..., input_size) to raw scores (..., output_size)."""
        return self.output(torch.relu(self.hidden(x)))
