"""Initialisation by the kind of layer: He for linear layers, Xavier for convolutions, ones and zeros for norms.

Idea
    A signal should neither die out nor blow up on its way through many layers, forwards or backwards. Both directions
    are governed by the variance of the weights, which has to fit the number of terms in each sum: the fan.

Derivation
    One unit gives y = sum_i w_i x_i over n = fan_in inputs, with independent weights of mean 0: Var(y) = n Var(w)
    E[x**2]. Behind a ReLU half of a symmetric signal is gone, E[x**2] = Var(y_before) / 2, so that the variance is kept
    for Var(w) = 2 / n: He. Without the ReLU it is 1 / n, and for the gradient, which sums over the outputs, 1 /
    fan_out; the compromise Var(w) = 2 / (fan_in + fan_out) is Xavier. A uniform variable on (-a, a) has the variance
    a**2 / 3, hence a = sqrt(6 / (fan_in + fan_out)).

Cost
    One random number a weight, once.

Pitfalls
    Deciding by name: a batch norm's `weight` is no matrix, and drawing it at random (or finding that it has too few
    dimensions) is the usual accident. Assigning a new nn.Parameter leaves the optimiser with the old one, and thaws
    what was frozen. `model.children()` stops one level down. A bias may be None, and so may both parameters of a norm.

Follow-up questions
    Why may biases start at zero, and weights not? Equal weights give equal units with equal gradients: they would stay
    equal for ever. Random weights break that symmetry, and then the biases need not.
    Does initialisation matter when there is batch norm? Much less: the norm undoes any scale of the weights before it.
    It still sets the relative size of the first updates.
    What is different in a residual network? Every block adds its variance to the stream; so one scales the last layer
    of a block down, or starts its norm at weight zero.
"""

from torch import nn


def initialize_weights(model: nn.Module) -> None:
    for layer in model.modules():
        if not isinstance(layer, (nn.Linear, nn.Conv2d, nn.BatchNorm1d, nn.BatchNorm2d)):
            continue
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        elif isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
        elif layer.weight is not None:
            nn.init.ones_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
