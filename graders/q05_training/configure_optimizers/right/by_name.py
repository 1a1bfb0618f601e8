"""Right, with classes and extra arguments in a table, named parameters, and lr given by position."""

from functools import partial

from torch import optim

KINDS = dict(rmsprop=optim.RMSprop, adam=optim.Adam, sgd=partial(optim.SGD, momentum=9e-1))


def configure_optimizers(model, lr=1e-3):
    named = {k: v for k, v in model.named_parameters() if v.requires_grad}
    return {key: kind([(k, v) for k, v in named.items()], lr) for key, kind in KINDS.items()}
