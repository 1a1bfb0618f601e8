"""(x + |x|) / 2, with names imported by star."""

from numpy import *


def relu(x):
    values = array(x, copy=True)
    if not issubdtype(values.dtype, floating):
        values = values.astype(float)
    return (values + fabs(values)) / 2
