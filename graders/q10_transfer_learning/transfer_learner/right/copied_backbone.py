"""Right, with a copy of the backbone, and the state derived anew: a child is frozen as long as a counter says so."""

from copy import deepcopy

import torch


class TransferLearner(torch.nn.Module):
    def __init__(self, backbone, num_classes, freeze_backbone=True):
        super().__init__()
        if not isinstance(getattr(backbone, "fc", None), torch.nn.Linear):
            raise TypeError(f"{type(backbone).__name__}.fc is no Linear")
        if num_classes < 1:
            raise ValueError(f"{num_classes} classes")
        self.features = deepcopy(backbone)
        if freeze_backbone:
            self.features.requires_grad_(False)
        w = self.features.fc.weight
        head = torch.nn.Linear(w.shape[1], num_classes, bias=True, device=w.device, dtype=w.dtype)
        setattr(self.features, "fc", head)
        self.held = len(self.body()) if freeze_backbone else 0
        self.train()

    def body(self):
        return [module for name, module in self.features.named_children() if name != "fc"]

    def train(self, mode=True):
        result = super().train(mode)
        for module in self.body()[: self.held]:
            [m.train(False) for m in module.modules() if "BatchNorm" in type(m).__name__]
        return result

    def unfreeze_layers(self, n):
        if n < 0:
            raise ValueError("n must be 0 or more")
        body = self.body()
        self.held = min(self.held, max(len(body) - n, 0))
        for module in body[max(len(body) - n, 0) :]:
            module.requires_grad_()
        self.train(self.training)

    def configure_optimizer(self, lr=0.001):
        return torch.optim.Adam(filter(lambda p: p.requires_grad, self.parameters()), lr=lr)

    def forward(self, x):
        return self.features(x)
