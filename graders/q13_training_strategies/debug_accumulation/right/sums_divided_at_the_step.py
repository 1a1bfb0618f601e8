"""Right, with gradients of summed losses, divided by the number of samples just before the step, on a running count."""

import torch
from torch import nn

criterion = nn.CrossEntropyLoss(reduction="sum")


def train_with_accumulation(model, optimizer, loader, accumulation_steps=4):
    if accumulation_steps <= 0:
        raise ValueError(f"accumulation_steps={accumulation_steps}")
    parameters = [p for g in optimizer.param_groups for p in g["params"]]

    def clear():
        for p in parameters:
            if p.grad is not None:
                p.grad = torch.zeros_like(p)

    def update(n):
        for p in parameters:
            if p.grad is not None:
                p.grad.div_(n)
        optimizer.step()
        clear()

    for p in parameters:
        p.grad = None
    for module in model.modules():
        module.training = True
    losses, waiting, k = [], 0, 0
    for k, (x, y) in enumerate(loader, 1):
        loss = criterion(model(x), y)
        loss.backward()
        losses += [loss.detach() / y.numel()] * y.numel()
        waiting += y.numel()
        if k % accumulation_steps == 0:
            update(waiting)
            waiting = 0
    if k == 0:
        raise ValueError("no batches")
    if waiting:
        update(waiting)
    return float(sum(losses) / len(losses))
