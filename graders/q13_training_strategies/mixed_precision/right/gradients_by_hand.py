"""Right, with torch.autograd.grad of the scaled loss of per-sample terms, handed to the optimiser by hand."""

from contextlib import nullcontext

import torch

loss_of_each = torch.nn.CrossEntropyLoss(reduction="none")


def train_mixed_precision(model, optimizer, loader, scaler=None, device_type="cpu", dtype=torch.bfloat16, max_grad_norm=None) -> float:
    model.train(mode=True)
    everything = []
    for inputs, labels in loader:
        inputs, labels = inputs.to(device_type), labels.to(device_type)
        with torch.amp.autocast(device_type, dtype), nullcontext():
            each = loss_of_each(model(inputs), labels)
            loss = each.mean()
        start = loss if scaler is None else scaler.scale(loss)
        trained = [p for p in model.parameters() if p.requires_grad]
        for p, gradient in zip(trained, torch.autograd.grad(start, trained, allow_unused=True)):
            p.grad = gradient
        if max_grad_norm is not None:
            if scaler is not None:
                scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(trained, max_norm=max_grad_norm, foreach=False)
        (optimizer.step if scaler is None else lambda: scaler.step(optimizer))()
        if scaler is not None:
            scaler.update()
        everything += each.tolist()
    if len(everything) == 0:
        raise ValueError("the loader gave no batch")
    return sum(everything) / len(everything)
