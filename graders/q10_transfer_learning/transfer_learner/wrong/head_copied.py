"""Where the number of classes is the same, the new head begins with the old one's weights.

Misconception: What was learned is a good start.
Caught by: test_fresh_head
Keeps: everything else
Advice: As many classes are not the same classes: the old head's weights are worth nothing for them.
"""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class TransferLearner(nn.Module):
    def __init__(self, backbone: nn.Module, num_classes: int, freeze_backbone: bool = True) -> None:
        super().__init__()
        if num_classes < 1:
            raise ValueError(f"num_classes must be at least 1, not {num_classes}")
        old = getattr(backbone, "fc", None)
        if not isinstance(old, nn.Linear):
            raise TypeError("the backbone must have an nn.Linear called fc")
        self.backbone = backbone
        self._layers = [child for name, child in backbone.named_children() if name != "fc"]
        self._frozen = self._layers if freeze_backbone else []
        if freeze_backbone:
            backbone.requires_grad_(False)
        backbone.fc = nn.Linear(old.in_features, num_classes, device=old.weight.device, dtype=old.weight.dtype)
        if old.out_features == num_classes:
            backbone.fc.load_state_dict(old.state_dict(), strict=False)
        self._hold_norms()

    def forward(self, x: Tensor) -> Tensor:
        return self.backbone(x)

    def train(self, mode: bool = True) -> "TransferLearner":
        super().train(mode)
        self._hold_norms()
        return self

    def _hold_norms(self) -> None:
        for child in self._frozen:
            for module in child.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()

    def unfreeze_layers(self, n: int) -> None:
        if n < 0:
            raise ValueError(f"n must not be negative, and is {n}")
        for child in self._layers[max(0, len(self._layers) - n) :]:
            child.requires_grad_(True)
            child.train(self.training)
            self._frozen = [other for other in self._frozen if other is not child]

    def configure_optimizer(self, lr: float = 0.001) -> torch.optim.Adam:
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=lr)
