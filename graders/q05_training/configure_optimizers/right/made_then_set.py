"""Right, with optimisers that get their learning rate and momentum afterwards, and generators made anew for each."""

import collections

import torch


def configure_optimizers(model: torch.nn.Module, lr: float = 0.001):
    optimizers = collections.OrderedDict()
    for cls in (torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adam):
        opt = cls(filter(lambda p: p.requires_grad, model.parameters()))
        for group in opt.param_groups:
            group["lr"] = lr
            if cls is torch.optim.SGD:
                group["momentum"] = 0.9
        optimizers[cls.__name__.lower()] = opt
    return optimizers
