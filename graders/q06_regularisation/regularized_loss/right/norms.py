"""Right, by vector norms: the L1 norm, and the square of the L2 norm, of all weights in one long vector."""

import torch


def add_weight_regularization(model, loss, lambda_l1=0.01, lambda_l2=0.01):
    flat = [w.reshape(-1).to(device=loss.device, dtype=loss.dtype) for w in model.parameters()
            if w.requires_grad and len(w.shape) > 1]
    if not flat:
        return loss + 0
    w = torch.cat(flat)
    return loss + lambda_l1 * torch.linalg.vector_norm(w, ord=1) + lambda_l2 * torch.dot(w, w)
