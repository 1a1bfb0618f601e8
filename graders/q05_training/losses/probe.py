"""Runs the candidate's losses where autograd, devices or views are needed."""

import torch


def gradient(name, first, second, weight):
    """The gradient, at the first argument, of `weight` times the loss."""
    first = first.clone().requires_grad_()
    (getattr(submission, name)(first, second) * weight).backward()  # noqa: F821
    return first.grad


def strided(name, first, second):
    """The loss of views that do not lie in memory in order."""
    spread = torch.zeros(*first.shape[:-1], 2 * first.shape[-1], dtype=first.dtype)
    spread[..., ::2] = first
    again = torch.zeros(2 * len(second), *second.shape[1:], dtype=second.dtype)
    again[::2] = second
    return getattr(submission, name)(spread[..., ::2], again[::2])  # noqa: F821


def device_of_result(name, first, second, device):
    first, second = first.to(device), second.to(device)
    try:
        return str(getattr(submission, name)(first, second).device)  # noqa: F821
    except (NotImplementedError, RuntimeError) as error:  # "meta" has no values to choose by
        if device == "meta" and any(text in str(error) for text in ("nonzero", "masked_select", "item()")):
            return device
        raise
