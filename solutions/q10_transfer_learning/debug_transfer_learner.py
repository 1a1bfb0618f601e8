"""A transfer learner, mended.

Idea
    The four faults: the list of children was a local variable of the constructor, and `unfreeze_layers` looked for it
    on `self`; the new head was there already when everything was frozen; `parameters()` gave the optimiser the frozen
    ones too; and batch norm, put into evaluation mode once, was put back by the next `train()`.

Derivation
    A fault of state is found by asking what a step may change, and comparing before and after: parameters (the
    optimiser and `requires_grad` decide), buffers (the modes decide), modes (`train()` decides). Only the first of the
    four raises; the others are seen in such a comparison, or not at all.

Cost
    Nothing: each of the four is a matter of a line or of the order of two.

Pitfalls
    Mending `train` without `return self`: then `learner.eval()` gives None. Holding whole children in evaluation mode:
    their dropout is off. Making `frozen` anew from the latest n, without regard to earlier calls.

Follow-up questions
    Why did nobody notice the frozen head? backward() raises only where nothing at all requires gradients; here an
    unfrozen layer, or an input that requires them, keeps it quiet, and the head stays random.
    What would a test of this class look like? Two steps of training on random data, then one comparison of the whole
    `state_dict` with a copy from before: exactly the head may differ.
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
        self.frozen = self.layers if freeze_backbone else []
        self.backbone = backbone
        if freeze_backbone:
            for parameter in self.backbone.parameters():
                parameter.requires_grad = False
        self.backbone.fc = nn.Linear(old.in_features, num_classes, device=old.weight.device, dtype=old.weight.dtype)
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
