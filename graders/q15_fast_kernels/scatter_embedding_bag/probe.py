"""Calls that the wire cannot carry: both directions in one, other memory layouts, and the same tensors twice."""

import submission


def both(weight, indices, offsets, grad_output, mode="sum"):
    """The result and the gradient at the weight."""
    result = submission.embedding_bag(weight, indices, offsets, mode)
    return [result, submission.embedding_bag_backward(grad_output, weight, indices, offsets, mode)]


def laid_out(weight, indices, offsets, grad_output, mode):
    """With columns that lie together and every second index; the gradient is one row that all bags see."""
    weight = weight.T.contiguous().T
    indices, offsets = (tensor.repeat_interleave(2)[::2] for tensor in (indices, offsets))
    return both(weight, indices, offsets, grad_output[:1].expand(grad_output.shape), mode)


def twice(weight, indices, offsets, grad_output, mode):
    """The second time on the same tensors."""
    both(weight, indices, offsets, grad_output, mode)
    return both(weight, indices, offsets, grad_output, mode)
