"""Runs beside the candidate's block: lists its convolutions and norms, writes values into them, calls the block."""

import torch
from torch import nn
from torch.nn.parameter import is_lazy

blocks = {}  # by sizes, as `layers` made them
STATE = ("weight", "bias", "running_mean", "running_var")


def shape(sizes, x):
    """The shape of a fresh block's result, or what it or the block is where that is something else."""
    block = submission.ResidualBlock(**sizes)  # noqa: F821
    if not isinstance(block, nn.Module):
        return f"{type(block).__name__}, no nn.Module"
    y = block.double()(x)
    return list(y.shape) if isinstance(y, torch.Tensor) else f"{type(y).__name__}, no tensor"


def layers(sizes):
    """Name and size of every convolution and every batch norm of a new block, which the functions below then use."""
    block = blocks[tuple(sizes)] = submission.ResidualBlock(*sizes)  # noqa: F821
    if any(is_lazy(tensor) for tensor in [*block.parameters(), *block.buffers()]):  # no sizes before a first call
        block.eval()(torch.zeros(1, sizes[0], 5, 5))
    modules = dict(block.named_modules())
    return {
        "convolutions": {name: list(layer.weight.shape) for name, layer in modules.items() if is_convolution(layer)},
        "norms": {name: layer.num_features for name, layer in modules.items() if is_norm(layer)},
    }


def fresh_norms(sizes):
    """Weight and bias of every batch norm of a new block."""
    block = submission.ResidualBlock(*sizes)  # noqa: F821
    return [
        {"weight": norm.weight.detach(), "bias": norm.bias.detach()} if norm.affine else {}
        for norm in block.modules()
        if is_norm(norm) and not is_lazy(norm.weight)
    ]


def is_convolution(module):
    return isinstance(module, nn.Conv2d)


def is_norm(module):
    return isinstance(module, nn.BatchNorm2d)


def loaded(sizes, values, dtype, device):
    """The block with `values` in its layers; a convolution's bias becomes zero unless there is a value for it."""
    block = blocks[tuple(sizes)].to(device=device, dtype=getattr(torch, dtype))
    with torch.no_grad():
        for name, module in block.named_modules():
            new = values.get(name)
            if new is None:
                continue
            if is_convolution(module) and module.bias is not None:
                module.bias.zero_()
            for key in STATE:
                if key in new and getattr(module, key, None) is not None:
                    getattr(module, key).copy_(new[key])
    return block


def train(sizes, values, dtype, device, x):
    return loaded(sizes, values, dtype, device).train()(x.to(device))


def evaluate(sizes, values, dtype, device, inputs):
    """One result for each input, in evaluation mode."""
    block = loaded(sizes, values, dtype, device).eval()
    return [block(x.to(device)) for x in inputs]


def train_then_evaluate(sizes, values, dtype, device, batches, x):
    """Training passes over the batches, then the result for `x` in evaluation mode."""
    block = loaded(sizes, values, dtype, device).train()
    for batch in batches:
        block(batch.to(device))
    return block.eval()(x.to(device))


def train_laid_out(sizes, values, dtype, device, x):
    """Results for the same values in other orders of memory."""
    block = loaded(sizes, values, dtype, device).train()
    x = x.to(device)
    spread = torch.zeros(*x.shape[:-1], 2 * x.shape[-1], dtype=x.dtype, device=device)
    spread[..., ::2] = x
    return [
        block(x.contiguous(memory_format=torch.channels_last)),
        block(x.transpose(2, 3).contiguous().transpose(2, 3)),
        block(spread[..., ::2]),
    ]


def train_twice(sizes, values, dtype, device, x):
    """The results of calls on the very same tensor, with autograd and without it."""
    block = loaded(sizes, values, dtype, device).train()
    x = x.to(device)
    results = [block(x).clone()]
    with torch.no_grad():
        results.append(block(x).clone())
    return [*results, block(x)]


def backward(sizes, values, dtype, device, x, cotangent):
    """Gradients, in training mode, of the result's product with `cotangent`: at x, and at each layer's parameters."""
    block = loaded(sizes, values, dtype, device).train()
    x = x.to(device).requires_grad_()
    (block(x) * cotangent.to(device)).sum().backward()
    layers = {
        name: {key: parameter.grad for key, parameter in module.named_parameters(recurse=False)}
        for name, module in block.named_modules()
        if is_convolution(module) or is_norm(module)
    }
    return {"x": x.grad, "layers": layers}


def draws_after(seeds, skips, sizes, x):
    """What torch's generator yields, seeded and some numbers on, after a block has been built and called."""
    draws = []
    for seed, skip in zip(seeds, skips, strict=True):
        torch.manual_seed(seed)
        torch.rand(skip)
        build_and_call(sizes, x)
        draws.append(torch.rand(4, dtype=torch.float64))
    return torch.stack(draws)


def build_and_call(sizes, x):
    return submission.ResidualBlock(*sizes).double()(x)  # noqa: F821
