"""Without torch.nn.init: recursion over the children, the weights' data filled in place from the formulas."""

import math

import torch
from torch import nn


def initialize_weights(model):
    for _, child in model.named_children():
        initialize_weights(child)
    with torch.no_grad():
        if isinstance(model, nn.Linear):
            model.weight.normal_(0.0, math.sqrt(2.0 / model.weight.shape[1]))
        elif isinstance(model, nn.Conv2d):
            outputs, inputs, *kernel = model.weight.shape
            a = math.sqrt(6.0 / ((inputs + outputs) * math.prod(kernel)))
            model.weight.uniform_(-a, a)
        elif isinstance(model, (nn.BatchNorm2d, nn.BatchNorm1d)):
            if model.affine:
                model.weight.fill_(1.0)
        else:
            return
        if model.bias is not None:
            model.bias.fill_(0.0)
