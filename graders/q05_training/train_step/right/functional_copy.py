"""Right, through torch.func: the forward pass runs on detached twins of the parameters, and the twins' gradients
replace whatever the parameters had."""

import torch
from torch.func import functional_call
from torch.nn.functional import log_softmax, nll_loss


def train_step(model: torch.nn.Module, optimizer, x_batch, y_batch) -> float:
    model.train()
    twins = {name: p.detach().requires_grad_(p.requires_grad) for name, p in model.named_parameters()}
    loss = nll_loss(log_softmax(functional_call(model, twins, (x_batch,)), dim=-1), y_batch)
    loss.backward()
    for name, p in model.named_parameters():
        p.grad = twins[name].grad
    before = loss.item()
    optimizer.step()
    return before
