"""The results of a call are kept on the server.

Misconception: An object holds its state on self.
Caught by: test_own_results
Keeps: test_results, test_batches, test_preprocess_raises
Advice: The next thread overwrites them. Use local variables.
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
        self.results = [attempt(self.preprocess, item) for item in items]
        shape = next((result.shape for result in self.results if isinstance(result, Tensor)), None)
        good = []
        for place, result in enumerate(self.results):
            if isinstance(result, Tensor) and result.shape == shape:
                good.append(place)
            elif isinstance(result, Tensor):
                self.results[place] = ValueError(f"its tensor is {result.shape}, and the first one {shape}")
            elif not isinstance(result, Exception):
                self.results[place] = ValueError(f"preprocess gave {type(result).__name__}, no tensor")
        for start in range(0, len(good), self.max_batch):
            places = good[start : start + self.max_batch]
            outputs = self.run(torch.stack([self.results[place] for place in places]))
            for row, place in enumerate(places):
                self.results[place] = attempt(self.postprocess, outputs[row])
        return self.results

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
