from collections.abc import Callable, Iterable

from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


class ProgressiveFineTuner:
    """Fine-tunes a learner stage by stage: each stage unfreezes some layers and has a learning rate of its own."""

    def __init__(
        self,
        learner: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        stages: list[dict],
        epochs_per_stage: int = 5,
    ) -> None:
        """`stages`: dicts {"lr": float, "unfreeze_layers": int}."""
        raise NotImplementedError

    def fine_tune(self, train_loader: Loader, val_loader: Loader) -> list[dict]:
        """One dict a stage: `stage`, `lr`, `train_loss`, `val_loss`. ValueError for an empty loader."""
        raise NotImplementedError
