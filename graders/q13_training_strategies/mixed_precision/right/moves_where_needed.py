"""Batches are moved only where they are elsewhere; autocast by an ExitStack; log_softmax and NLLLoss."""
from contextlib import ExitStack
import numpy as np
import torch
from torch import nn


class _Epoch:
    def __init__(self, **kw):
        self.__dict__.update(kw)

    def forward(self, x, y):
        with ExitStack() as stack:
            stack.enter_context(torch.autocast(self.device_type, self.dtype))
            scores = self.model.train()(x)
            return nn.NLLLoss()(scores.log_softmax(1), y)

    def run(self, loader):
        sizes, losses = [], []
        for x, y in loader:
            where = torch.device(self.device_type)
            if x.device.type != where.type:
                x = x.to(where)
            if y.device.type != where.type:
                y = y.to(where)
            self.model.zero_grad(set_to_none=False)
            self.optimizer.zero_grad(set_to_none=True)
            self.model.zero_grad()
            loss = self.forward(x, y)
            sizes.append(x.shape[0])
            losses.append(float(loss))
            s = self.scaler
            (loss if s is None else s.scale(loss)).backward()
            if self.limit is not None:
                if s is not None and s.is_enabled():
                    rest = nn.ParameterList([p for p in self.model.parameters() if p.grad is not None])
                    inv = 1.0 / s.get_scale()
                    held = [p for g in self.optimizer.param_groups for p in g["params"]]
                    for p in rest:
                        if not any(p is q for q in held):
                            p.grad = p.grad * inv
                    s.unscale_(self.optimizer)
                nn.utils.clip_grad_norm_(self.model.parameters(), self.limit)
            if s is None:
                self.optimizer.step()
            else:
                s.step(self.optimizer)
                s.update()
        if not sizes:
            raise ValueError("nothing to train on")
        return float(np.average(losses, weights=sizes))


def train_mixed_precision(model, optimizer, loader, scaler=None, device_type="cpu", dtype=torch.bfloat16, max_grad_norm=None):
    return _Epoch(model=model, optimizer=optimizer, scaler=scaler, device_type=device_type, dtype=dtype, limit=max_grad_norm).run(loader)
