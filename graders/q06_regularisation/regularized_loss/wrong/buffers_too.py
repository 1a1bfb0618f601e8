"""Goes through the state dict.

Misconception: What a model has learnt is in its state_dict.
Caught by: test_frozen
Keeps: everything else
Advice: Buffers are in there too. parameters() gives the parameters, each once.
"""

import torch


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    penalty = torch.zeros((), dtype=loss.dtype, device=loss.device)
    seen = set()
    for name, p in model.state_dict(keep_vars=True).items():
        if name not in frozen and p.dim() >= 2 and id(p) not in seen:
            seen.add(id(p))
            term = lambda_l1 * p.abs().sum() + lambda_l2 * (p ** 2).sum()
            penalty = penalty + term.to(device=loss.device, dtype=loss.dtype)
    return loss + penalty
