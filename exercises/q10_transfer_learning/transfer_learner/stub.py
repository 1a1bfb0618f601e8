import torch
from torch import Tensor, nn


class TransferLearner(nn.Module):
    """A pretrained backbone with a fresh head in the place of its `fc`.

    ValueError for num_classes < 1; TypeError where `backbone.fc` is missing or is no nn.Linear.
    """

    def __init__(self, backbone: nn.Module, num_classes: int, freeze_backbone: bool = True) -> None:
        super().__init__()
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Raw scores (N, num_classes)."""
        raise NotImplementedError

    def unfreeze_layers(self, n: int) -> None:
        """Unfreeze the backbone's last n children other than `fc`. ValueError for a negative n."""
        raise NotImplementedError

    def configure_optimizer(self, lr: float = 0.001) -> torch.optim.Adam:
        """Adam over exactly the trainable parameters."""
        raise NotImplementedError
