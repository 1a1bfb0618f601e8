"""An exception of the same type and arguments is made for each that was caught.

Misconception: Type and arguments are all that there is to an exception.
Caught by: test_preprocess_raises, test_postprocess_raises
Keeps: test_results, test_no_tensor
Advice: Its attributes, its cause and its traceback are lost. Return the very object.
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
        results = [attempt(self.preprocess, item) for item in items]
        shape = next((result.shape for result in results if isinstance(result, Tensor)), None)
        good = []
        for place, result in enumerate(results):
            if isinstance(result, Tensor) and result.shape == shape:
                good.append(place)
            elif isinstance(result, Tensor):
                results[place] = ValueError(f"its tensor is {result.shape}, and the first one {shape}")
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
        with self.lock:
            return self.model.eval()(batch)


def attempt(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the function gives, or the exception that it raises."""
    try:
        return function(argument)
    except Exception as error:
        return type(error)(*error.args)
