"""Builds a model from the host's parameters, calls the candidate, and hands back numbers."""

from torch import nn


def build(layers, frozen=(), tied=(), buffers=(), device="cpu"):
    """`layers`: [class in torch.nn, arguments, {parameter: tensor}]; parameters are then named "0.weight" and so on.

    frozen: names of parameters that do not require gradients. tied: pairs (name, name of the one that it becomes).
    buffers: names of those that are buffers.
    """
    model = nn.Sequential(*(getattr(nn, kind)(*arguments) for kind, arguments, _ in layers)).to(device)
    for layer, (_, _, values) in zip(model, layers, strict=True):
        for name, value in values.items():
            setattr(layer, name, nn.Parameter(value.to(device)))
    for name, other in tied:
        put(model, name, model.get_parameter(other))
    for name in frozen:
        model.get_parameter(name).requires_grad_(False)
    for name in buffers:
        owner, _, last = name.rpartition(".")
        value = model.get_parameter(name).detach()
        delattr(model.get_submodule(owner), last)
        model.get_submodule(owner).register_buffer(last, value)
    return model


def put(model, name, value):
    owner, _, name = name.rpartition(".")
    setattr(model.get_submodule(owner), name, value)


def result(layers, x, factors, lambdas, **how):
    """The result for the loss `(x * factors).sum()`."""
    model = build(layers, **how)
    return submission.add_weight_regularization(model, (x * factors).sum(), **lambdas)  # noqa: F821


def gradients(layers, x, factors, lambdas, **how):
    """Gradients of the result: at every parameter, and at the `x` of the loss `(x * factors).sum()`."""
    model, x = build(layers, **how), x.requires_grad_()
    submission.add_weight_regularization(model, (x * factors).sum(), **lambdas).backward()  # noqa: F821
    return {"x": x.grad, **{name: p.grad for name, p in model.named_parameters()}}


def twice(layers, loss, lambdas, leaf=False):
    """Two results for the very same loss tensor, and that tensor in the end. `leaf`: it requires gradients itself."""
    model, loss = build(layers), loss.requires_grad_(leaf)
    results = [submission.add_weight_regularization(model, loss, **lambdas) for _ in range(2)]  # noqa: F821
    return [*results, loss.detach().clone()]


def overwrite(layers, loss, lambdas, frozen, value):
    """A result, and the loss after `value` was written over that result."""
    total = submission.add_weight_regularization(build(layers, frozen), loss, **lambdas)  # noqa: F821
    found = total.detach().clone()
    total.detach().fill_(value)
    return [found, loss]


def model_afterwards(layers, old_gradients, loss, lambdas):
    """Parameters and their gradients after a call; `old_gradients` are those from before."""
    model = build(layers)
    for name, p in model.named_parameters():
        p.grad = old_gradients[name].clone()
    submission.add_weight_regularization(model, loss, **lambdas)  # noqa: F821
    return {name: [p.detach(), p.grad] for name, p in model.named_parameters()}


def device_of_result(layers, loss, lambdas, model_device, loss_device):
    model = build(layers, device=model_device)
    try:
        return str(submission.add_weight_regularization(model, loss.to(loss_device), **lambdas).device)  # noqa: F821
    except RuntimeError as error:  # "meta" has no values to choose by
        if "item()" in str(error):
            return loss_device
        raise


def plain(layers, loss, lambdas):
    """A call on a loss that came over the wire, so that the judge can look at it again."""
    return submission.add_weight_regularization(build(layers), loss, **lambdas)  # noqa: F821
