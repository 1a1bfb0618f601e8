"""Calls that the wire cannot carry: both passes in one, other memory layouts, and the same tensors twice."""

import warnings

import submission


def both(x, weight, bias, grad_y):
    """y, mean and rstd; then the three gradients, by the answer's own statistics."""
    y, mean, rstd = submission.layer_norm_forward(x, weight, bias)
    return [y, mean, rstd, *submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]


def quietly(x, weight, bias, grad_y, mean, rstd):
    """Both passes; torch's var warns where there are no rows, which is no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = submission.layer_norm_forward(x, weight, bias)
        return [*first, *submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]


def projected(x, weight, bias, grad_y, directions):
    """The same with the two large results multiplied by `directions`: what is fetched must not hide the passes."""
    y, _, _, grad_x, grad_weight, grad_bias = both(x, weight, bias, grad_y)
    return [y @ directions, grad_x @ directions, grad_weight, grad_bias]


def layouts(x, weight, bias, grad_y):
    """Axes reversed in memory, and vectors with gaps; then each row the same piece of memory, as `expand` makes it."""
    x, grad_y = (_reversed(tensor) for tensor in (x, grad_y))
    weight, bias = (tensor.repeat_interleave(2)[::2] for tensor in (weight, bias))
    y, mean, rstd = submission.layer_norm_forward(x, weight, bias)
    mean, rstd = _reversed(mean), _reversed(rstd)
    first = [y, *submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]
    x, grad_y = (tensor[:1, :1].expand(tensor.shape) for tensor in (x, grad_y))
    mean, rstd = (tensor[:1, :1].expand(tensor.shape) for tensor in (mean, rstd))
    y, _, _ = submission.layer_norm_forward(x, weight, bias)
    return [*first, y, *submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]


def _reversed(tensor):
    axes = tuple(reversed(range(tensor.dim())))
    return tensor.permute(axes).contiguous().permute(axes)


def twice(x, weight, bias, grad_y, mean, rstd):
    first = [tensor.clone() for tensor in submission.layer_norm_forward(x, weight, bias)]
    first += [tensor.clone() for tensor in submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]
    second = submission.layer_norm_forward(x, weight, bias)
    return [*first, *second, *submission.layer_norm_backward(grad_y, x, weight, mean, rstd)]
