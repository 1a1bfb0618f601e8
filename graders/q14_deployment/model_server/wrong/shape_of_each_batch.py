"""Each batch has a shape of its own: its first tensor's.

Misconception: A tensor has to agree with its own batch alone.
Caught by: test_other_shapes
Keeps: test_results, test_batches, test_preprocess_raises
Advice: Two shapes would go through the model in one call of predict. Remember the first tensor's for the whole call.
"""

import threading
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class ModelServer:
    def __init__(
        self,
        model: nn.Module,
        preprocess: Callable[[Any], Tensor],
        postprocess: Callable[[Tensor], Any],
        max_batch: int = 32,
    ) -> None:
        if max_batch < 1:
            raise ValueError(f"max_batch must be at least 1, not {max_batch}")
        self.model, self.preprocess, self.postprocess, self.max_batch = model, preprocess, postprocess, max_batch
        self.lock = threading.Lock()

    def predict(self, items: list[Any]) -> list[Any]:
        results: list[Any] = []
        waiting: list[int] = []
        for place, item in enumerate(items):
            result = attempt(self.preprocess, item)
            if not isinstance(result, Exception | Tensor):
                result = ValueError(f"preprocess gave {type(result).__name__}, no tensor")
            elif isinstance(result, Tensor) and waiting and result.shape != results[waiting[0]].shape:
                result = ValueError(f"its tensor is {result.shape}, and the first one {results[waiting[0]].shape}")
            elif isinstance(result, Tensor):
                waiting.append(place)
            results.append(result)
            if len(waiting) == self.max_batch:
                self.flush(results, waiting)
        if waiting:
            self.flush(results, waiting)
        return results

    def flush(self, results: list[Any], waiting: list[int]) -> None:
        outputs = self.run(torch.stack([results[place] for place in waiting]))
        for row, place in enumerate(waiting):
            results[place] = attempt(self.postprocess, outputs[row])
        waiting.clear()

    @torch.no_grad()
    def run(self, batch: Tensor) -> Tensor:
        with self.lock:
            return self.model.eval()(batch)


def attempt(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the function gives, or the exception that it raises."""
    try:
        return function(argument)
    except Exception as error:
        return error
