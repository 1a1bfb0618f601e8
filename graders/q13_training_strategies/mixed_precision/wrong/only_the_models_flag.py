"""Only the model's own flag is set, not its submodules'.

Misconception: The flag is handed down.
Caught by: test_training_mode
Advice: model.train() goes through all submodules; the attribute is one module's.
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
    model.training = True
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
