"""A running mean of gradients: each batch scales down what was gathered before it."""
import torch
import torch.nn.functional as F


def train_with_accumulation(model, optimizer, loader, accumulation_steps=4):
    if accumulation_steps < 1:
        raise ValueError("steps")
    params = [p for g in optimizer.param_groups for p in g["params"]]
    model.train()
    optimizer.zero_grad()
    n = count = 0
    mean_loss, seen = 0.0, 0
    for x, y in loader:
        b = y.numel()
        for p in params:
            if p.grad is not None:
                p.grad.mul_(n / (n + b))
        loss = F.cross_entropy(model(x), y)
        (loss * (b / (n + b))).backward()
        n, count, seen = n + b, count + 1, seen + b
        mean_loss += (loss.item() - mean_loss) * b / seen
        if count == accumulation_steps:
            optimizer.step()
            optimizer.zero_grad()
            n = count = 0
    if not seen:
        raise ValueError("no batch in the loader")
    if count:
        optimizer.step()
    optimizer.zero_grad()
    return mean_loss
