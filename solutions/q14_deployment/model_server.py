"""A model behind a server: batches, bad items, threads.

Idea
    Three passes. What can fail for an item alone (preprocessing, its shape) runs item by item and leaves either a
    tensor or an exception in the item's slot; the good tensors are stacked in batches; postprocessing runs item by item
    again. Slots keep the order, whatever fails.

Cost
    ceil(n / max_batch) calls of the model. A batch of 32 rows costs a GPU little more than one row, since the weights
    are read once for all; memory grows with the batch, hence the limit.

Pitfalls
    Stacking before looking at the shapes: one odd item raises for all. Comparing shapes within a batch only, so that
    the result depends on where batches end. Intermediate results on `self`, which the next thread overwrites.
    Giving the mode back while another thread's model runs: leave it in evaluation mode, or hold one lock from `eval()`
    to the end. A lock taken without `with`, which a failing model never releases. `no_grad` set once for the whole
    process: it holds for one thread only. Returning an item's exception as text: nobody can tell it from a result.

Follow-up questions
    When is a lock needed? Where the model writes to itself while it runs: caches, hooks, counters. Then hold it around
    the model's call alone: pre- and postprocessing, often the larger part, would wait for each other without need.
    How are requests of *different* callers batched? By a queue and one worker thread, which takes what has come within
    a few milliseconds, runs it and fulfils a future for each request: that trades latency for throughput.
    What if a bad row makes the model itself fail? Halve the batch until the culprit is alone; or validate more before.
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
        return self.model.eval()(batch)


def attempt(function: Callable[[Any], Any], argument: Any) -> Any:
    """What the function gives, or the exception that it raises."""
    try:
        return function(argument)
    except Exception as error:
        return error
