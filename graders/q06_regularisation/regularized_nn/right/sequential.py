"""Right, as a subclass of nn.Sequential without the first bias, and with initialisers that draw by hand."""

import math

from torch import nn, no_grad


class RegularizedNN(nn.Sequential):
    def __init__(self, input_size, hidden_size, output_size, dropout_rate=0.5):
        super().__init__(
            nn.Linear(input_size, hidden_size, bias=False),
            nn.BatchNorm1d(hidden_size),
            nn.Dropout(dropout_rate),  # before or behind ReLU makes no difference
            nn.ReLU(inplace=True),
            nn.Linear(hidden_size, output_size),
        )


@no_grad()
def initialize_weights(model):
    def visit(m):
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            if m.affine:
                m.weight.fill_(1)
                m.bias.fill_(0)
        elif isinstance(m, (nn.Linear, nn.Conv2d)):
            field = m.weight[0, 0].numel()
            fan_in, fan_out = m.weight.size(1) * field, m.weight.size(0) * field
            if isinstance(m, nn.Linear):
                m.weight.normal_(0, math.sqrt(2 / fan_in))
            else:
                a = math.sqrt(6 / (fan_in + fan_out))
                m.weight.uniform_(-a, a)
            if m.bias is not None:
                m.bias.zero_()

    model.apply(visit)
