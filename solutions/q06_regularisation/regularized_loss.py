"""L1 and L2 penalties, added to the loss.

Idea
    Large weights are how a network fits noise. Adding a price on their size to the loss lets the gradient decide where
    size is worth it. What is asked besides the formula is what belongs to it, and to leave the caller's tensors alone.

Derivation
    The penalty's gradient is `lambda_l1 * sign(w) + 2 * lambda_l2 * w`. The L1 part pulls with the same force however
    small the weight, and so reaches exact zeros; the L2 part shrinks each weight by a share of itself. Vectors are left
    out: a bias shifts a unit's threshold and does not make the function steeper, and the scale of a norm layer sets the
    size that the norm has just taken away from the weights before it.

Cost
    One pass over the weights forward and one backward: little beside a batch's work.

Pitfalls
    `p.norm()` is the root of the sum of squares: its gradient does not shrink with the weight. `loss += penalty` writes
    into the caller's tensor, and raises where that is a leaf that requires gradients. `loss.to(...)` and a plain
    `return loss` where nothing is penalised give that tensor back under another name. An accumulator made by
    `torch.zeros(1)` lives on the CPU and in float32. Asking for "bias" in the name misses norm scales.

Follow-up questions
    How does the L2 term differ from an optimiser's `weight_decay`? By a factor 2, by the parameters it reaches (all in
    the group), and in Adam by what happens to it: in the loss it is divided by the running root mean square like every
    gradient, whereas AdamW shrinks the weights apart from that.
    Does plain gradient descent make weights exactly zero under L1? Hardly: steps of a fixed size jump across zero.
    Proximal steps (soft thresholding) do.
    What does L2 mean under batch norm? The weights before it can be scaled freely without changing the function, so the
    penalty acts on the effective learning rate rather than on the function.
"""

from torch import Tensor, nn


def add_weight_regularization(
    model: nn.Module, loss: Tensor, lambda_l1: float = 0.01, lambda_l2: float = 0.01
) -> Tensor:
    total = loss.clone()
    for p in model.parameters():
        if p.requires_grad and p.dim() >= 2:
            total = total + (lambda_l1 * p.abs().sum() + lambda_l2 * p.square().sum()).to(loss)
    return total
