"""A recurrent network: one tanh layer that walks along the sequence, and a linear head on the state it ends in.

Idea
    The hidden state is a summary of fixed size of everything read so far, and the same weights update it at every
    step: so a sequence of any length goes through a network of fixed size. Rows of different lengths are padded to a
    rectangle. Since the state at step t depends on steps 0 to t only, the padding at the end does no harm as long as
    nobody reads the states that come after it: run over all of it, then pick each row's own last step.

Cost
    N * T * H * (D + H) multiplications. The steps depend on each other, so that they run one after another however
    many processors there are: this, more than the count, is why attention has displaced recurrence.

Pitfalls
    `states[:, -1]` for all rows: short rows are read after they have walked through padding. `h_n` of nn.RNN is the
    same thing, unless the sequence was packed. Multiplying padding by a mask of zeros: 0 * NaN is NaN; choose with an
    index or torch.where instead. nn.RNN without `batch_first=True` takes the batch for time, without complaint.
    `pack_padded_sequence` wants lengths on the CPU, and sorted ones unless told `enforce_sorted=False`.

Follow-up questions
    Why are gradients through NaN padding a different matter? The states behind the padding get a gradient of zero, but
    the backward pass multiplies it by a slope which is NaN. Packing, or filling the padding first, avoids that.
    Why tanh, and not ReLU? The state is fed back T times; a bounded function cannot explode in the forward pass. Its
    gradients vanish instead, which the gates of LSTM and GRU are made for.
    Why does nn.RNN have two biases? Only their sum matters here; cuDNN's layout has two, because its GRU needs both.
"""

import torch
from torch import nn


class SimpleRNN(nn.Module):
    """One tanh recurrent layer and a linear head."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.recurrent = nn.RNN(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Maps sequences (N, T, input_size) to raw scores (N, output_size).

        lengths: None, or (N,) int64 between 1 and T: how many steps of each row count.
        """
        states, _ = self.recurrent(x)
        if lengths is None:
            return self.head(states[:, -1])
        return self.head(states[torch.arange(len(x), device=x.device), lengths - 1])
