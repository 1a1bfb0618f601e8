"""exp of minus the softplus of -x: no division and no case distinction."""

from numpy import asarray, exp, float64, floating, issubdtype, logaddexp


def sigmoid(x):
    values = asarray(x)
    values = values if issubdtype(values.dtype, floating) else float64(values)
    zero = values.dtype.type(0)
    return exp(-logaddexp(zero, -values))
