"""A class built by type(): losses are summed in a float32 tensor on the device, and the model is moved at each epoch."""
import contextlib
import functools
import itertools
import math

import torch


def _stash(model):
    return [(t, t.detach().clone()) for t in itertools.chain(model.parameters(), model.buffers())]


def _losses(self, loader, after):
    self.net.to(self.dev)
    total = torch.zeros((), device=self.dev)
    count = torch.tensor(0, device=self.dev)
    empty = True
    for x, y in loader:
        empty = False
        x, y = x.to(self.dev), y.to(self.dev)
        self.opt.zero_grad() if after else None
        loss = self.crit(self.net(x), y)
        if after:
            loss.backward()
            self.opt.step()
        total += loss.detach() * y.shape[0]
        count += y.shape[0]
    if empty:
        raise ValueError("no batches")
    return float(total / count)


def _init(self, model, criterion, optimizer, device="cpu"):
    self.net, self.crit, self.opt, self.dev = model, criterion, optimizer, torch.device(device)


def _train(self, loader):
    self.net.train()
    return _losses(self, loader, True)


@contextlib.contextmanager
def _evaluating(model):
    flags = {m: m.training for m in model.modules()}
    for m in flags:
        m.training = False
    try:
        yield
    finally:
        for m, flag in flags.items():
            m.training = flag


def _validate(self, loader):
    with _evaluating(self.net), torch.no_grad():
        return _losses(self, loader, False)


def _fit(self, train_loader, val_loader, epochs=10, patience=None):
    if not (epochs >= 1 and (patience is None or patience >= 1)):
        raise ValueError("epochs and patience start at one")
    rows, best, since, kept = [], math.inf, 0, None
    while len(rows) < epochs and (patience is None or since < patience):
        rows.append((self.train_epoch(train_loader), self.validate(val_loader)))
        v = rows[-1][1]
        fresh = not math.isnan(v) and (kept is None or v < best)
        if patience is not None and fresh:
            best, since, kept = v, 0, _stash(self.net)
        else:
            since += 1
        if patience is None:
            since = 0
    with torch.no_grad():
        for t, old in kept or ():
            t.data = old.to(t.device)
    return dict(zip(("train_loss", "val_loss"), map(list, zip(*rows, strict=True)), strict=True))


ModelTrainer = type("ModelTrainer", (), dict(__init__=_init, train_epoch=_train, validate=_validate, fit=_fit))
