"""Mixed precision.

Idea
    Autocast runs matrix products and convolutions in half precision and what is delicate (softmax, losses) in float32.
    The parameters stay float32, so that small updates are not rounded away. A scaler multiplies the loss, and with it
    every gradient, so that small ones do not vanish in float16. A disabled scaler does nothing and steps like the
    optimiser: the code needs no second branch.

Derivation
    float16's smallest positive number is 2**-24, about 6e-8: gradients below half of it become 0. With the loss times S
    every gradient is times S, by the chain rule; dividing by S in float32 gives the true one. S is found by trial:
    where something overflows, the step is skipped and S lowered; after many good steps it is raised. bfloat16 has
    float32's exponents, so it needs no scaler.
    Clipping must see true gradients: min(1, c / |S g|) is not min(1, c / |g|).

Cost
    On hardware with units for half precision matrix products are several times faster, and activations take half the
    memory; parameters, gradients and the optimiser's state as much as before, and autocast keeps half-precision copies
    of the weights for the time of the forward pass.

Pitfalls
    backward under autocast: each operation's backward runs in the precision of its forward anyway, and what does not
    gets a second, unasked-for rounding. Only the model under autocast: the loss then is computed from half-precision
    scores in half precision. Clipping before unscale_: everything is clipped. optimizer.step() instead of
    scaler.step(): one overflow writes NaN into all parameters. update() once an epoch: the scale does not come down
    after an overflow. model.half(): updates below a thousandth of a weight are lost.

Follow-up questions
    Why is a skipped step no disaster? The scale is lowered and the next batch works; the first few steps are often
    skipped. Many in a row mean that the network itself diverges. And a scheduler should not move on a skipped step.
    Where does accumulation fit in? One scale for a whole group: unscale, clip, step and update once a group.
    When is bfloat16 the better choice? Whenever the hardware has it: less precise (8 bits instead of 11), but with
    float32's range, and no scaler to go wrong.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional


def train_mixed_precision(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: Iterable[tuple[Tensor, Tensor]],
    scaler: torch.amp.GradScaler | None = None,
    device_type: str = "cpu",
    dtype: torch.dtype = torch.bfloat16,
    max_grad_norm: float | None = None,
) -> float:
    scaler = torch.amp.GradScaler(device_type, enabled=False) if scaler is None else scaler
    model.train()
    total, samples = 0.0, 0
    for x, y in loader:
        x, y = x.to(device_type), y.to(device_type)
        optimizer.zero_grad()
        with torch.autocast(device_type, dtype=dtype):
            loss = functional.cross_entropy(model(x), y)
        scaler.scale(loss).backward()
        if max_grad_norm is not None:
            scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), max_grad_norm)
        scaler.step(optimizer)
        scaler.update()
        total += loss.item() * len(y)
        samples += len(y)
    if not samples:
        raise ValueError("the loader is empty")
    return total / samples
