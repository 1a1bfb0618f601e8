"""Walks the tree itself, children first; an OrderedDict of generators read once."""

from collections import OrderedDict
from functools import partial

from torch import optim


def configure_optimizers(model, lr=0.001):
    def walk(m, seen):
        for c in m.children():
            yield from walk(c, seen)
        for p in m._parameters.values():
            if p is not None and p.requires_grad and id(p) not in seen:
                seen.add(id(p))
                yield p

    makers = {"rmsprop": optim.RMSprop, "sgd": partial(optim.SGD, momentum=0.9), "adam": optim.Adam}
    return OrderedDict((k, f(walk(model, set()), lr=lr)) for k, f in makers.items())
