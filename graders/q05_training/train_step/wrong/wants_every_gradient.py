"""Gradients are taken for all of the model's parameters.

Misconception: Every parameter of a model takes part in training.
Caught by: test_some_parameters
Advice: A frozen one does not require a gradient, and autograd.grad raises for it. backward leaves it alone.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.cross_entropy(logits, y_batch)
    parameters = list(model.parameters())
    for p, grad in zip(parameters, torch.autograd.grad(loss, parameters)):
        p.grad = grad
    optimizer.step()
    return loss.item()
