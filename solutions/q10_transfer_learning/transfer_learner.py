"""A frozen backbone with a new head.

Idea
    A frozen layer must give the same function at the end of training as at its start. Its parameters are kept by
    `requires_grad=False`; batch norm has a second way to change, its running statistics and its use of the batch's own,
    and is kept only by evaluation mode. Modes are set by `train()`, so `train()` is where the exception belongs.

Derivation
    In training mode batch norm gives `(x - mean(batch)) / std(batch)`, and moves its running statistics by 0.1 of the
    way. With data unlike the backbone's they have forgotten all but 0.9**k of their old values after k steps, although
    no parameter has moved: the features under the head drift while the head is being fitted to them.

Cost
    A frozen child at the front needs no backward pass and no optimiser state: training the head alone costs one forward
    pass through the backbone, and a backward pass through one matrix.

Pitfalls
    `children[-n:]` with n = 0 is everything. `list(children())[:-1]` drops whatever was registered last, which need not
    be `fc`. `child.eval()` for a whole frozen child switches its dropout off too. Overriding `train` without
    `return self` makes `learner.eval()` give None. `torch.no_grad()` in forward cannot be unfrozen layer by layer.
    An optimiser made before unfreezing does not know the parameters that were frozen then.

Follow-up questions
    Why is everything passed to the optimiser a fault, when gradients are None? Here they would be skipped; but with
    gradients left over, or with weight decay once they are zeros, frozen weights move.
    Which layers would you unfreeze first? The last ones: they are the most specific to the old task.
    What if all new batches are of size 2? Leave batch norm frozen even in unfrozen children: two samples are no
    statistics.
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
