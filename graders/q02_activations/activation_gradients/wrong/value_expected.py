"""Takes the argument for the sigmoid's value.

Misconception: the derivative is x (1 - x).
Caught by: test_sigmoid, test_slopes_by_differences, test_dtype_kept, test_no_floats, test_single_number, test_memory_layout, test_arguments_reusable, test_large_inputs
Advice: it is s (1 - s) with s = sigmoid(x); here x comes in, so compute s first.
"""

import numpy as np


def _floating(x):
    x = np.asarray(x)
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def relu_grad(x):
    x = _floating(x)
    return (x > 0).astype(x.dtype)


def sigmoid_grad(x):
    x = _floating(x)
    return x * (1 - x)


def tanh_grad(x):
    return 1 - np.tanh(_floating(x)) ** 2


def softmax_vjp(x, grad_output):
    x, grad_output = _floating(x), _floating(grad_output)
    weights = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    s = weights / weights.sum(axis=-1, keepdims=True)
    return s * (grad_output - (s * grad_output).sum(axis=-1, keepdims=True))
