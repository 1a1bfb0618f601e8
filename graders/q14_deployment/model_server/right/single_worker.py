"""Right, with one worker thread that owns the model: predict hands it batches through an executor and awaits the futures."""

from concurrent.futures import ThreadPoolExecutor

import torch


class ModelServer:
    def __init__(self, model, preprocess, postprocess, max_batch=32):
        if not max_batch >= 1:
            raise ValueError("max_batch has to be positive")
        self._net, self._pre, self._post, self._most = model, preprocess, postprocess, max_batch
        self._owner = ThreadPoolExecutor(max_workers=1)

    def _forward(self, tensors):
        with torch.inference_mode():
            self._net.train(False)
            return list(self._net(torch.stack(tensors)).unbind(0))

    def predict(self, items):
        answers, tensors, shape = {}, {}, None
        for i, item in enumerate(items):
            try:
                t = self._pre(item)
                if not torch.is_tensor(t):
                    raise ValueError(f"item {i}: no tensor")
                shape = t.shape if shape is None else shape
                if t.shape != shape:
                    raise ValueError(f"item {i}: shape {t.shape} instead of {shape}")
                tensors[i] = t
            except Exception as e:
                answers[i] = e
        keys = list(tensors)
        chunks = [keys[k : k + self._most] for k in range(0, len(keys), self._most)]
        futures = [self._owner.submit(self._forward, [tensors[i] for i in chunk]) for chunk in chunks]
        for chunk, future in zip(chunks, futures):
            for i, row in zip(chunk, future.result()):
                try:
                    answers[i] = self._post(row)
                except Exception as e:
                    answers[i] = e
        return [answers[i] for i in range(len(items))]
