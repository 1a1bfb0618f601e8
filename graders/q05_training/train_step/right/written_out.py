"""Right, with the loss written out by logsumexp, and gradients taken by torch.autograd.grad and assigned by hand."""

import torch


def train_step(model, optimizer, x_batch, y_batch):
    model.train(True)
    scores = model(x_batch)
    picked = scores[torch.arange(len(y_batch), device=scores.device), y_batch]
    loss = (scores.logsumexp(dim=1) - picked).mean()
    movable = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    for p, grad in zip(movable, torch.autograd.grad(loss, movable, allow_unused=True)):
        p.grad = grad
    optimizer.step()
    return loss.detach().tolist()
