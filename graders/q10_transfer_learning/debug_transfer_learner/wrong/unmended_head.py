"""The head is frozen with the rest.

Misconception: Freezing the backbone leaves the head alone, since it is new.
Caught by: test_head_trainable
Keeps: test_unfreeze, test_optimizer, test_frozen_norms
Advice: Freeze first and put the new head in afterwards, or leave fc out.
"""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class TransferLearner(nn.Module):
    """A pretrained backbone with a fresh head in the place of its `fc`."""

    def __init__(self, backbone: nn.Module, num_classes: int, freeze_backbone: bool = True) -> None:
        super().__init__()
        if num_classes < 1:
            raise ValueError(f"num_classes must be at least 1, not {num_classes}")
        old = getattr(backbone, "fc", None)
        if not isinstance(old, nn.Linear):
            raise TypeError("the backbone must have an nn.Linear called fc")
        self.layers = [child for name, child in backbone.named_children() if name != "fc"]
        self.frozen = list(self.layers) if freeze_backbone else []
        self.backbone = backbone
        if freeze_backbone:
            for parameter in self.backbone.parameters():
                parameter.requires_grad = False
        self.backbone.fc = nn.Linear(old.in_features, num_classes, device=old.weight.device, dtype=old.weight.dtype)
        if freeze_backbone:
            for parameter in self.backbone.parameters():
                parameter.requires_grad = False
        self._hold_norms()

    def forward(self, x: Tensor) -> Tensor:
        """Raw scores (N, num_classes)."""
        return self.backbone(x)

    def train(self, mode: bool = True) -> "TransferLearner":
        super().train(mode)
        self._hold_norms()
        return self

    def _hold_norms(self) -> None:
        for layer in self.frozen:
            for module in layer.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()

    def unfreeze_layers(self, n: int) -> None:
        """Unfreeze the backbone's last n children other than `fc`."""
        if n < 0:
            raise ValueError(f"n must not be negative, and is {n}")
        start = max(0, len(self.layers) - n)
        for layer in self.layers[start:]:
            layer.requires_grad_(True)
            layer.train(self.training)
        self.frozen = self.frozen[:start]

    def configure_optimizer(self, lr: float = 0.001) -> torch.optim.Adam:
        """Adam over exactly the trainable parameters."""
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=lr)
