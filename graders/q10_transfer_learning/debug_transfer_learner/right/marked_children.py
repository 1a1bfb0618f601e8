"""Right, with a small mending: each child itself knows that it was set free, and the head is set free last."""

import torch
from torch import nn


class TransferLearner(nn.Module):
    def __init__(self, backbone, num_classes, freeze_backbone=True):
        super().__init__()
        if num_classes < 1:
            raise ValueError("num_classes < 1")
        if not isinstance(getattr(backbone, "fc", None), nn.Linear):
            raise TypeError("no Linear called fc")
        w = backbone.fc.weight
        self.backbone = backbone
        self.backbone.fc = nn.Linear(w.shape[1], num_classes).to(w)
        self.froze = freeze_backbone
        if freeze_backbone:
            self.backbone.requires_grad_(False)
        self.backbone.fc.requires_grad_(True)
        self.train(self.training)

    @property
    def layers(self):
        return [child for name, child in self.backbone.named_children() if name != "fc"]

    def train(self, mode=True):
        super().train(mode)
        for layer in self.layers:
            if self.froze and not getattr(layer, "set_free", False):
                for module in layer.modules():
                    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
                        module.eval()
        return self

    def forward(self, x):
        return self.backbone(x)

    def unfreeze_layers(self, n):
        if n < 0:
            raise ValueError("n < 0")
        for layer in reversed(self.layers):
            if n > 0:
                layer.requires_grad_(True).set_free = True
            n -= 1
        self.train(self.training)

    def configure_optimizer(self, lr=0.001):
        return torch.optim.Adam((p for p in self.parameters() if p.requires_grad), lr=lr)
