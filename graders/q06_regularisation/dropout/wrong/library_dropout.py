"""Calls the library's dropout.

Misconception: The functional form is not the banned layer.
Caught by: test_no_library_dropout
Advice: Write the mask yourself: one random number for each element, compared with p.
"""

from torch import nn
from torch.nn import functional as F


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p

    def forward(self, x):
        return F.dropout(x, self.p, self.training)
