from collections.abc import Callable
from typing import Any

from torch import Tensor, nn


class ModelServer:
    """Runs a model on batches of items.

    ValueError: `max_batch` is less than 1.
    """

    def __init__(
        self,
        model: nn.Module,
        preprocess: Callable[[Any], Tensor],
        postprocess: Callable[[Tensor], Any],
        max_batch: int = 32,
    ) -> None:
        raise NotImplementedError

    def predict(self, items: list[Any]) -> list[Any]:
        """One result an item, in order: what `postprocess` gives, or the exception that the item led to."""
        raise NotImplementedError
