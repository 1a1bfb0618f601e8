"""Right, with each frozen batch norm's own `train` replaced, the children in a dict, and a head that is told its size
by attributes."""

import torch
import torch.nn as nn


class TransferLearner(nn.Module):
    NORMS = nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d

    def __init__(self, backbone, num_classes, freeze_backbone=True):
        if num_classes <= 0:
            raise ValueError("at least one class")
        if "fc" not in dict(backbone.named_children()) or not isinstance(backbone.fc, nn.Linear):
            raise TypeError("fc")
        super().__init__()
        inside = dict(backbone.named_children())
        before = inside.pop("fc")
        self.__dict__["parts"] = list(inside.values())
        if freeze_backbone:
            for p in backbone.parameters():
                p.requires_grad = False
            for module in backbone.modules():
                if isinstance(module, self.NORMS):
                    module.eval()
                    module.train = lambda mode=True, held=module: held
        backbone.fc = nn.Linear(before.in_features, num_classes).to(before.weight)
        self.net = backbone

    def forward(self, *inputs):
        return self.net(*inputs)

    def unfreeze_layers(self, n):
        if n < 0:
            raise ValueError("n < 0")
        for part in self.parts[::-1][:n]:
            for p in part.parameters():
                p.requires_grad = True
            for module in part.modules():
                module.__dict__.pop("train", None)
                if isinstance(module, self.NORMS):
                    module.train(self.training)

    def configure_optimizer(self, lr=1e-3):
        groups = [{"params": [p]} for p in self.parameters() if p.requires_grad]
        return torch.optim.Adam(groups, lr)
