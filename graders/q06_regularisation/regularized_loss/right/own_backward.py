"""Right, with a penalty whose backward pass is written by hand, and an accumulator made like the loss."""

import torch
from torch.autograd import Function


class Elastic(Function):
    @staticmethod
    def forward(ctx, w, a, b):
        ctx.save_for_backward(w)
        ctx.factors = a, b
        return a * w.abs().sum() + b * (w * w).sum()

    @staticmethod
    def backward(ctx, up):
        (w,) = ctx.saved_tensors
        a, b = ctx.factors
        return up * (a * w.sign() + 2 * b * w), None, None


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    accumulator = torch.zeros_like(loss)
    for param in filter(lambda q: q.requires_grad, model.parameters()):
        if param.dim() < 2:
            continue
        accumulator = accumulator + Elastic.apply(param, lambda_l1, lambda_l2).to(loss)
    return accumulator + loss
