"""The reference shape is taken anew in each batch.

Misconception: Only what is stacked together has to agree.
Caught by: test_other_shapes
Keeps: test_results, test_preprocess_raises, test_batches
Advice: Then it depends on where batches end whether an item is refused. Compare with the first tensor of the whole call.
"""

import threading

import torch
from torch import Tensor


class ModelServer:
    def __init__(self, model, preprocess, postprocess, max_batch=32):
        if max_batch < 1:
            raise ValueError("max_batch must be at least 1")
        self.model, self.preprocess, self.postprocess, self.max_batch = model, preprocess, postprocess, max_batch
        self.lock = threading.Lock()

    def predict(self, items):
        results = []
        for start in range(0, len(items), self.max_batch):
            results += self.predict_batch(items[start : start + self.max_batch])
        return results

    def predict_batch(self, items):
        results = [attempt(self.preprocess, item) for item in items]
        shape = next((result.shape for result in results if isinstance(result, Tensor)), None)
        good = []
        for place, result in enumerate(results):
            if isinstance(result, Tensor) and result.shape == shape:
                good.append(place)
            elif not isinstance(result, Exception):
                results[place] = ValueError("no tensor, or another shape")
        if good:
            with self.lock, torch.no_grad():
                outputs = self.model.eval()(torch.stack([results[place] for place in good]))
            for place, output in zip(good, outputs, strict=True):
                results[place] = attempt(self.postprocess, output)
        return results


def attempt(function, argument):
    try:
        return function(argument)
    except Exception as error:
        return error
