"""Takes everything with in_features for a linear layer.

Misconception: what has in_features is a linear layer.
Caught by: test_no_linear_head
Keeps: everything else
Advice: isinstance(fc, nn.Linear) is the question.
"""

import torch
from torch import nn


class TransferLearner(nn.Module):
    def __init__(self, backbone, num_classes, freeze_backbone=True):
        super().__init__()
        if num_classes < 1:
            raise ValueError("num_classes must be at least 1")
        old = getattr(backbone, "fc", None)
        if not hasattr(old, "in_features"):
            raise TypeError("backbone.fc must be an nn.Linear")
        if freeze_backbone:
            for p in backbone.parameters():
                p.requires_grad = False
        backbone.fc = nn.Linear(old.in_features, num_classes, dtype=old.weight.dtype, device=old.weight.device)
        self.backbone = backbone
        self.frozen = [c for name, c in backbone.named_children() if name != "fc"] if freeze_backbone else []
        self.layers = [c for name, c in backbone.named_children() if name != "fc"]
        self.train(self.training)

    def train(self, mode=True):
        super().train(mode)
        for child in self.frozen:
            for m in child.modules():
                if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
                    m.eval()
        return self

    def forward(self, x):
        return self.backbone(x)

    def unfreeze_layers(self, n):
        if n < 0:
            raise ValueError("n must not be negative")
        for child in self.layers[max(0, len(self.layers) - n):]:
            for p in child.parameters():
                p.requires_grad = True
            self.frozen = [c for c in self.frozen if c is not child]
        self.train(self.training)

    def configure_optimizer(self, lr=0.001):
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=lr)
