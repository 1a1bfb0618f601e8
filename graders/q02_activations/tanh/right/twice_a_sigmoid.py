"""2 sigmoid(2x) - 1, the sigmoid by way of logaddexp; names imported one by one."""

from numpy import asarray, exp, float64, floating, issubdtype, logaddexp


def tanh(x):
    values = asarray(x)
    values = values if issubdtype(values.dtype, floating) else float64(values)
    zero = values.dtype.type(0)
    return 2 * exp(-logaddexp(zero, -2 * values)) - 1
