"""A group for every parameter, in reverse order; the classes by name."""

import torch.optim as o


def configure_optimizers(model, lr=0.001):
    groups = lambda: [{"params": p} for p in reversed(list(model.parameters())) if p.requires_grad]
    names = dict(adam="Adam", sgd="SGD", rmsprop="RMSprop")
    return {k: getattr(o, v)(groups(), **{"lr": lr, **({"momentum": 0.9} if k == "sgd" else {})}) for k, v in names.items()}
