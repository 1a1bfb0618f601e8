"""Backpropagation through one hidden ReLU layer and sigmoid outputs.

Idea. Backpropagation is the chain rule, evaluated from the loss towards the input, so that every layer receives one
array: the gradient of the loss with respect to its own output. From it a layer makes two things, the gradient of its
parameters and the array that the layer below receives.

Derivation. Per row and output, with the score z and p = sigmoid(z),

    loss = -y log p - (1 - y) log(1 - p) = log(1 + exp(z)) - y z        hence        d loss / d z = p - y.

The p (1 - p) of the sigmoid's slope cancels the denominators of the logarithms' slopes, exactly. Averaging over the
batch divides by N once: `dz2 = (p - y) / N`. For a linear map z2 = h W2 + b2,

    dW2 = h^T dz2        db2 = sum of the rows of dz2        dh = dz2 W2^T

(shapes leave no other choice: dW2 must be (Hd, K), from (N, Hd) and (N, K)). The ReLU passes a gradient where its
input was positive, `dz1 = dh * (z1 > 0)`, and the first layer repeats the two products with x in place of h.

Initialisation. A ReLU halves the second moment of a symmetric input, so variance 2 / n_in keeps the scale from layer
to layer (He). The output layer has no ReLU behind it, hence 1 / n_hidden. Zero weights would make all hidden units
equal for ever; zero biases are fine.

Cost. The forward pass is two matrix products, the backward pass four, less the one towards x that nobody asks for:
about one and a half times the forward pass here, at most twice. The memory is that of the activations kept.

Pitfalls.
- Averaging over N * K (`np.mean`) instead of N: the step then depends on the number of outputs.
- Multiplying (p - y) / (p (1 - p)) by p (1 - p): 0 / 0 as soon as the sigmoid saturates, and zero slope for the very
  rows that are most wrong once someone clips the denominator.
- `1 - 1e-12` is 1 in float32, so `np.clip(p, 1e-12, 1 - 1e-12)` protects only one of the two logarithms.
- `exp(-z)` overflows for z below -709 (-88 in float32). exp of a number that is never positive cannot.
- `y_pred -= y` works on the caller's array.

Follow-up questions.
- *Why reverse mode and not forward mode?* The loss is one number and the parameters are many. Reverse mode costs a
  small multiple of one evaluation for all of them; forward mode costs that per parameter.
- *What changes for softmax outputs with categorical cross-entropy?* Only the loss and the sigmoid: d loss / d scores
  is again p - y.
- *What if the activations do not fit in memory?* Keep some and recompute the others in the backward pass
  (checkpointing): for a chain of L layers, about sqrt(L) kept activations cost one more forward pass.
"""

import numpy as np


def init_params(n_in, n_hidden, n_out, rng):
    return {
        "W1": rng.standard_normal((n_in, n_hidden)) * np.sqrt(2.0 / n_in),
        "b1": np.zeros(n_hidden),
        "W2": rng.standard_normal((n_hidden, n_out)) * np.sqrt(1.0 / n_hidden),
        "b2": np.zeros(n_out),
    }


def forward(params, x):
    z1 = x @ params["W1"] + params["b1"]
    h = np.maximum(z1, 0)
    y_pred = _sigmoid(h @ params["W2"] + params["b2"])
    return y_pred, (z1, h)


def bce_loss(y_pred, y):
    p, y = np.asarray(y_pred), np.asarray(y)
    log_p = np.log(np.maximum(p, 1e-12))
    log_not_p = np.log(np.maximum(1 - p, 1e-12))
    return float(-np.sum(y * log_p + (1 - y) * log_not_p) / len(p))


def backward(params, x, y, y_pred, cache):
    z1, h = cache
    dz2 = (y_pred - y) / len(x)
    dz1 = (dz2 @ params["W2"].T) * (z1 > 0)
    return {"W1": np.transpose(x) @ dz1, "b1": dz1.sum(axis=0), "W2": h.T @ dz2, "b2": dz2.sum(axis=0)}


def _sigmoid(z):
    """exp only ever sees -|z|, which cannot overflow."""
    decay = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, decay) / (1 + decay)
