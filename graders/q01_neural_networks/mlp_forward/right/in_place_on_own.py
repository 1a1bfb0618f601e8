"""Works in place on its own arrays, with x itself as the first activation where no cast is needed."""

import numpy as np


def mlp_forward(x, weights, biases):
    x = np.asarray(x)
    layers = [(np.asarray(w), np.asarray(b)) for w, b in zip(weights, biases, strict=True)]
    if not layers:
        raise ValueError("no layers")
    if x.ndim != 2:
        raise ValueError("x has the wrong rank")
    d = x.shape[1]
    for w, b in layers:
        if w.ndim != 2 or len(w) != d or b.ndim != 1 or len(b) != w.shape[1]:
            raise ValueError(f"a layer of {w.shape} and {b.shape} does not follow a width of {d}")
        d = len(b)
    floats = [a for pair in [(x,), *layers] for a in pair if a.dtype.kind == "f"]
    dtype = np.result_type(*(a.dtype for a in floats), *([] if floats else [float]))
    activations = [x if x.dtype == dtype else x.astype(dtype)]
    for i in range(len(layers)):
        w, b = layers[i]
        z = np.dot(activations[i], w.astype(dtype, copy=False))
        z += b.astype(dtype, copy=False)
        if i + 1 < len(layers):
            z.clip(0, None, out=z)
        else:
            positive = z > 0
            np.negative(np.abs(z), out=z)
            np.exp(z, out=z)
            z = np.where(positive, dtype.type(1), z) / (dtype.type(1) + z)
        activations.append(z)
    return activations[-1], activations
