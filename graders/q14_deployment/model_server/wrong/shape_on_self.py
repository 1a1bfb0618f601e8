"""The first tensor's shape is kept on the server.

Misconception: It is reset at the start of each call.
Caught by: test_own_state
Keeps: everything else
Advice: Another thread's call sets it meanwhile. What one call remembers belongs into local variables.
"""

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

    def predict(self, items: list[Any]) -> list[Any]:
        self.shape, results = None, []
        for item in items:
            result = attempt(self.preprocess, item)
            if isinstance(result, Tensor) and self.shape is None:
                self.shape = result.shape
            results.append(result)
        good = []
        for place, result in enumerate(results):
            if isinstance(result, Tensor) and result.shape == self.shape:
                good.append(place)
            elif isinstance(result, Tensor):
                results[place] = ValueError(f"its tensor is {result.shape}, and the first one {self.shape}")
            elif not isinstance(result, Exception):
                results[place] = ValueError(f"preprocess gave {type(result).__name__}, no tensor")
        for start in range(0, len(good), self.max_batch):
            places = good[start : start + self.max_batch]
            outputs = self.run(torch.stack([results[place] for place in places]))
            for row, place in enumerate(places):
                results[place] = attempt(self.postprocess, outputs[row])
        return results

    @torch.no_grad()
    def run(self, batch: Tensor) -> Tensor:
        return self.model.eval()(batch)


def attempt(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the function gives, or the exception that it raises."""
    try:
        return function(argument)
    except Exception as error:
        return error
