"""Goes through log-probabilities and exponentiates at the very end; dtype chosen with result_type, empties returned early."""

import numpy


def _log_softmax(z, axis):
    peak = numpy.amax(z, axis, keepdims=True)
    centred = numpy.subtract(z, peak)
    return centred - numpy.log(numpy.add.reduce(numpy.exp(centred), axis, keepdims=True))


def softmax(x, axis=-1):
    z = numpy.array(x, copy=True)
    if z.dtype.kind != "f":
        z = z.astype(float)
    if z.size == 0:
        return z
    with numpy.errstate(divide="ignore"):
        return numpy.exp(_log_softmax(z, axis))
