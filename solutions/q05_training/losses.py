"""Binary and categorical cross-entropy, and mean squared error.

Idea
    Each is the negative log-likelihood of a model of the data: a coin, a die, a normal distribution of fixed width.
    Written down they are one line each; what takes care is where a logarithm meets a probability of 0.

Derivation
    Let m be a row's largest score. Then
    `log softmax(z)_t = z_t - log(sum_j exp(z_j)) = (z_t - m) - log(sum_j exp(z_j - m))`.
    Every exponent is now at most 0 and one is exactly 0, so the sum lies between 1 and C: nothing overflows, and the
    logarithm never sees 0. The gradient at z is `(softmax(z) - e_t) / N`; m is detached, for the sum does not depend
    on it.
    With probabilities as input the damage is done before the loss is called: a p that was rounded to 0 has lost its
    logarithm. Clamping it at -100 keeps the loss finite. The gradient `(p - y) / (p (1 - p) n)` remains steep.

Cost
    One pass over the elements, with one exponential or two logarithms for each.

Pitfalls
    (N,) minus (N, 1) is (N, N): no error, a number that looks like a loss, and a model that learns the mean.
    `log(p + 1e-12)` bounds the loss at 27.6 and shifts every value. Clamping the product `y * log p` instead of the
    logarithm gives another loss where y is soft. One maximum for the whole batch underflows rows that lie far below it.
    `logits -= m` changes the caller's tensor.

Follow-up questions
    Why is there a loss "with logits"? From the score z the binary loss is `max(z, 0) - z y + log(1 + exp(-|z|))`, which
    is exact for every z, and whose gradient `sigmoid(z) - y` never explodes.
    Why not mean squared error for classification? Behind a saturated sigmoid its gradient vanishes even where the
    answer is wrong; cross-entropy's does not.
    What is the loss of a classifier that knows nothing? log C: a good thing to look for at the first step.
"""

from torch import Tensor


def binary_cross_entropy(y_pred: Tensor, y_true: Tensor) -> Tensor:
    _check_same_shape(y_pred, y_true)
    log_p, log_q = y_pred.log().clamp(min=-100), (1 - y_pred).log().clamp(min=-100)
    return -(y_true * log_p + (1 - y_true) * log_q).mean()


def categorical_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    if logits.dim() != 2 or target.shape != logits.shape[:1]:
        raise ValueError(f"logits (N, C) and target (N,) are wanted, not {(*logits.shape,)} and {(*target.shape,)}")
    shifted = logits - logits.detach().amax(dim=1, keepdim=True)
    picked = shifted.gather(1, target.unsqueeze(1))
    return shifted.exp().sum(dim=1).log().mean() - picked.mean()


def mse_loss(y_pred: Tensor, y_true: Tensor) -> Tensor:
    _check_same_shape(y_pred, y_true)
    return (y_pred - y_true).square().mean()


def _check_same_shape(y_pred: Tensor, y_true: Tensor) -> None:
    if y_pred.shape != y_true.shape:
        raise ValueError(f"the shapes differ: {(*y_pred.shape,)} and {(*y_true.shape,)}")
