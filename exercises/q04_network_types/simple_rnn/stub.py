import torch
from torch import nn


class SimpleRNN(nn.Module):
    """One tanh recurrent layer and a linear head."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Maps sequences (N, T, input_size) to raw scores (N, output_size).

        lengths: None, or (N,) int64 between 1 and T: how many steps of each row count.
        """
        raise NotImplementedError
