"""Right, with batches of about equal size, a condition variable in place of a lock, and dataclasses for the items."""

import math
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

import torch


@dataclass
class Job:
    item: Any
    tensor: Any = None
    result: Any = None
    failed: bool = False

    def attempt(self, name, function, *args):
        if not self.failed:
            try:
                setattr(self, name, function(*args))
            except Exception as error:
                self.result, self.failed = error, True


@dataclass
class ModelServer:
    model: torch.nn.Module
    preprocess: Any
    postprocess: Any
    max_batch: int = 32
    free: bool = field(default=True, init=False)
    turn: Condition = field(default_factory=Condition, init=False)

    def __post_init__(self):
        if self.max_batch <= 0:
            raise ValueError(f"{self.max_batch} is no batch size")

    def predict(self, items):
        jobs = [Job(item) for item in items]
        wanted = []
        for job in jobs:
            job.attempt("tensor", self._tensor, job.item, wanted)
        good = [job for job in jobs if not job.failed]
        parts = math.ceil(len(good) / self.max_batch)
        for k in range(parts):
            part = good[k * len(good) // parts : (k + 1) * len(good) // parts]
            for job, row in zip(part, self._run(torch.stack([job.tensor for job in part]))):
                job.attempt("result", self.postprocess, row)
        return [job.result for job in jobs]

    def _tensor(self, item, wanted):
        tensor = self.preprocess(item)
        if not hasattr(tensor, "shape"):
            raise ValueError("no tensor")
        wanted.append(tensor.shape)
        if tensor.shape != wanted[0]:
            raise ValueError(f"{tuple(tensor.shape)} differs from {tuple(wanted[0])}")
        return tensor

    def _run(self, batch):
        with self.turn:
            self.turn.wait_for(lambda: self.free)
            self.free = False
        try:
            self.model.eval()
            with torch.set_grad_enabled(False):
                return self.model(batch)
        finally:
            with self.turn:
                self.free = True
                self.turn.notify()
