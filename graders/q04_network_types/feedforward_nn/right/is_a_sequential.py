"""Is an nn.Sequential itself, of lazy layers, so that there is no forward and no parameter before the first call."""

from collections import OrderedDict

from torch import nn


class FeedForwardNN(nn.Sequential):
    def __init__(self, input_size, hidden_size, output_size):
        steps = OrderedDict(up=nn.LazyLinear(hidden_size), bend=nn.ReLU(inplace=True), down=nn.LazyLinear(output_size))
        super().__init__(steps)
