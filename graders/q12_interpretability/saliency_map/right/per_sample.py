"""torch.func: one image's score as a function, its gradient vmapped over the batch; a deep copy of the model."""

import copy

import torch
from torch.func import grad, vmap


def saliency_map(model, x, target):
    clone = copy.deepcopy(model).eval()
    if not isinstance(target, torch.Tensor):
        target = torch.full((x.shape[0],), target, dtype=torch.long, device=x.device)

    def score(image, label):
        return clone(image.unsqueeze(0))[0].index_select(0, label.reshape(1)).sum()

    return vmap(grad(score))(x.detach(), target).detach().abs().max(1).values
