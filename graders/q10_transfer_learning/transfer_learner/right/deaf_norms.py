"""Frozen batch norms get a subclass of their own class whose train() is deaf; built by type(), and a functional forward.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

_cache = {}


def _deaf(cls):
    if cls not in _cache:
        _cache[cls] = type("Deaf" + cls.__name__, (cls,), {"train": lambda self, mode=True: cls.train(self, False), "_was": cls})
    return _cache[cls]


def _init(self, backbone, num_classes, freeze_backbone=True):
    if not num_classes > 0:
        raise ValueError("need a class")
    fc = getattr(backbone, "fc", None)
    if not isinstance(fc, nn.Linear):
        raise TypeError("fc!")
    nn.Module.__init__(self)
    head = nn.Linear(fc.in_features, num_classes, bias=True).to(fc.weight)
    if freeze_backbone:
        backbone.requires_grad_(False)
        for m in [m for k, c in backbone.named_children() if k != "fc" for m in c.modules()]:
            if isinstance(m, _BatchNorm):
                m.__class__ = _deaf(type(m))
                m.eval()
    setattr(backbone, "fc", head)
    self.add_module("net", backbone)


def _unfreeze(self, n):
    if n < 0:
        raise ValueError("negative")
    names = [k for k, _ in self.net.named_children() if k != "fc"]
    for k in reversed(names):
        if n <= 0:
            break
        n -= 1
        child = self.net.get_submodule(k)
        child.requires_grad_()
        for m in child.modules():
            if hasattr(type(m), "_was"):
                m.__class__ = type(m)._was
                m.train(self.training)


TransferLearner = type("TransferLearner", (nn.Module,), {
    "__init__": _init,
    "forward": lambda self, x: torch.func.functional_call(self.net, dict(self.net.named_parameters()), (x,)),
    "unfreeze_layers": _unfreeze,
    "configure_optimizer": lambda self, lr=0.001: torch.optim.Adam(filter(lambda p: p.requires_grad, self.parameters()), lr),
})
