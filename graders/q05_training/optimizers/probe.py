"""Builds parameters, hands them the host's gradients and reads the parameters after every step."""

from collections.abc import Iterable, Iterator

import numpy as np
import submission
import torch
from torch import Tensor


def follow(kind, args, kwargs, values, grads, present=None, generator=False):
    """The parameters after every step; `grads[i][t]` is parameter i's gradient in step t, where `present` says so."""
    leaves = _leaves(values)
    optimizer = _build(kind, args, kwargs, iter(leaves) if generator else leaves)

    def each_step() -> Iterator[None]:
        for step in range(len(grads[0])):
            _hand_out(leaves, grads, step, present)
            optimizer.step()
            yield

    return _record(leaves, each_step())


def follow_alias(kind, args, kwargs, values, grads):
    """As `follow`, but what is read is memory shared with the parameters since before the optimiser was there."""
    leaves = _leaves(values, by_columns=True)
    shared = [leaf.detach() for leaf in leaves]
    optimizer = _build(kind, args, kwargs, leaves)

    def each_step() -> Iterator[None]:
        for step in range(len(grads[0])):
            _hand_out(leaves, grads, step)
            optimizer.step()
            yield

    return _record(shared, each_step())


def follow_refilled(kind, args, kwargs, values, grads, refill):
    """One gradient tensor a parameter for all steps: overwritten in the steps that `refill` names, else left alone."""
    leaves = _leaves(values)
    buffers = [torch.from_numpy(np.array(grad[0])) for grad in grads]
    for leaf, buffer in zip(leaves, buffers, strict=True):
        leaf.grad = buffer
    optimizer = _build(kind, args, kwargs, leaves)

    def each_step() -> Iterator[None]:
        for step, new in enumerate(refill):
            if new:
                for buffer, grad in zip(buffers, grads, strict=True):
                    buffer.copy_(torch.from_numpy(np.array(grad[step])))
            optimizer.step()
            yield

    return _record(leaves, each_step())


def follow_zeroed(kind, args, kwargs, values, grads, zero):
    """zero_grad first, then steps: those that `zero` names come right after a zero_grad, the others get a gradient."""
    leaves = _leaves(values)
    optimizer = _build(kind, args, kwargs, leaves)
    optimizer.zero_grad()

    def each_step() -> Iterator[None]:
        for step, cleared in enumerate(zero):
            if cleared:
                optimizer.zero_grad()
            else:
                _hand_out(leaves, grads, step)
            optimizer.step()
            yield

    return _record(leaves, each_step())


def follow_two(kind, first, second, values, grads):
    """Two optimisers over the same parameters, taking turns."""
    leaves = _leaves(values)
    optimizers = [_build(kind, (), kwargs, leaves) for kwargs in (first, second)]

    def each_step() -> Iterator[None]:
        for step in range(len(grads[0])):
            _hand_out(leaves, grads, step)
            optimizers[step % 2].step()
            yield

    return _record(leaves, each_step())


def train(kind, args, kwargs, values, scales, centres, steps):
    """A training loop with autograd: the loss is the sum of `scale * (p - centre)**2 / 2` over all parameters.

    One more parameter, a frozen one with the last of the `values`, is in the loss and given to the optimiser.
    """
    leaves = _leaves(values)
    frozen = _leaves(values)[-1].requires_grad_(False)
    pairs = zip(scales, centres, strict=True)
    bowls = [(torch.from_numpy(np.array(scale)), torch.from_numpy(np.array(centre))) for scale, centre in pairs]
    optimizer = _build(kind, args, kwargs, [*leaves, frozen])

    def each_step() -> Iterator[None]:
        for _ in range(steps):
            optimizer.zero_grad()
            loss = sum((a * (leaf - c) ** 2).sum() / 2 for leaf, (a, c) in zip(leaves, bowls, strict=True))
            (loss + (frozen**2).sum()).backward()
            optimizer.step()
            yield

    return _record([*leaves, frozen], each_step())


def construct(kind, args, kwargs, values, generator=False):
    """Build an optimiser and do nothing with it."""
    leaves = _leaves(values)
    _build(kind, args, kwargs, (leaf for leaf in leaves) if generator else leaves)


def short_life(values, grads):
    """A few steps of all three."""
    for kind, kwargs in (("SGD", {"lr": 0.1, "momentum": 0.9}), ("RMSprop", {}), ("Adam", {})):
        follow(kind, (), kwargs, values, grads)


def _leaves(values: list[np.ndarray], by_columns: bool = False) -> list[torch.nn.Parameter]:
    """Parameters with these values; with `by_columns` matrices lie in memory as a transposed weight does."""
    tensors = [torch.tensor(value) for value in values]
    if by_columns:
        tensors = [tensor.t().contiguous().t() if tensor.ndim == 2 else tensor for tensor in tensors]
    return [torch.nn.Parameter(tensor) for tensor in tensors]


def _build(kind: str, args: Iterable, kwargs: dict, params: Iterable[Tensor]):
    return getattr(submission, kind)(params, *args, **kwargs)


def _hand_out(leaves: list[Tensor], grads: list[np.ndarray], step: int, present: np.ndarray | None = None) -> None:
    for index, (leaf, grad) in enumerate(zip(leaves, grads, strict=True)):
        leaf.grad = torch.from_numpy(np.array(grad[step])) if present is None or present[step, index] else None


def _record(tensors: list[Tensor], steps: Iterator[None]) -> list[np.ndarray]:
    """What each tensor held after every step, stacked."""
    history = [[tensor.detach().numpy().copy() for tensor in tensors] for _ in steps]
    return [np.stack(column) for column in zip(*history, strict=True)]
