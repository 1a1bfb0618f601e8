"""Right, scripted by torch.jit, with torch's own optimisations for inference, behind a small class."""

import copy

import torch


class Frozen:
    def __init__(self, model):
        scripted = torch.jit.script(copy.deepcopy(model).eval())
        self.scripted = torch.jit.optimize_for_inference(scripted)

    @torch.no_grad()
    def __call__(self, x):
        return self.scripted(x)


def optimize_for_inference(model, sample_input):
    return Frozen(model)
