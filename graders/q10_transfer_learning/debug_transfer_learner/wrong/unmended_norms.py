"""Batch norm goes back into training mode with the next train().

Misconception: A layer stays in evaluation mode once it has been put there.
Caught by: test_frozen_norms, test_unfrozen_norms, test_every_kind_of_norm
Keeps: test_unfreeze, test_head_trainable, test_optimizer
Advice: train() sets the mode of every submodule: override it, and hold the frozen norms.
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
        self._hold_norms()

    def forward(self, x: Tensor) -> Tensor:
        """Raw scores (N, num_classes)."""
        return self.backbone(x)

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
