"""Fine-tuning in stages.

Idea
    Three nested loops: stages, epochs, batches. What to do is a matter of where: unfreezing and the optimiser belong to
    the stage, the two modes to the epoch, gradients to the batch. Training and validation are the same loop, with and
    without an optimiser.

Derivation
    A new head gives random gradients at first, and a backbone that follows them forgets what it knew. So the head is
    trained alone until its gradients mean something, and then the layers below it, the most special ones first.
    Learning rates fall because pretrained weights are nearly right already: Adam's first steps have length `lr` for
    each weight, whatever the size of the gradient.

Cost
    A stage's backward pass reaches down to the lowest unfrozen layer only; its Adam keeps two numbers for each
    trainable weight.

Pitfalls
    An optimiser made before unfreezing does not hold the new layers. One kept over all stages has moments, and a step
    count, that belong to another problem. Calling `eval()` to validate and never `train()` again. Setting modes
    module by module: the learner's own `train()` keeps frozen batch norm still. A mean of batch means: the last,
    smaller batch would count as much as the others.

Follow-up questions
    Why not one optimiser with a parameter group for each layer? It is the other usual design, discriminative learning
    rates: all layers train at once, the lower ones slower.
    How would you choose when a stage ends? By the validation loss, with patience, from the best weights so far.
    What changes with weight decay? A frozen weight that the optimiser holds would shrink as soon as its gradient is
    zero rather than None: one more reason to hold exactly what is trainable.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

Loader = Iterable[tuple[Tensor, Tensor]]


class ProgressiveFineTuner:
    def __init__(
        self,
        learner: nn.Module,
        criterion: Callable[[Tensor, Tensor], Tensor],
        stages: list[dict],
        epochs_per_stage: int = 5,
    ) -> None:
        self.learner = learner
        self.criterion = criterion
        self.stages = stages
        self.epochs_per_stage = epochs_per_stage

    def fine_tune(self, train_loader: Loader, val_loader: Loader) -> list[dict]:
        history = []
        for number, stage in enumerate(self.stages):
            self.learner.unfreeze_layers(stage["unfreeze_layers"])
            optimizer = self.learner.configure_optimizer(lr=stage["lr"])
            record = {"stage": number, "lr": stage["lr"], "train_loss": [], "val_loss": []}
            for _ in range(self.epochs_per_stage):
                record["train_loss"].append(self._epoch(train_loader, optimizer))
                record["val_loss"].append(self._epoch(val_loader))
            history.append(record)
        return history

    def _epoch(self, loader: Loader, optimizer: torch.optim.Optimizer | None = None) -> float:
        """The mean loss per sample; with an optimiser the epoch trains."""
        training = optimizer is not None
        self.learner.train(training)
        total, samples = 0.0, 0
        with torch.set_grad_enabled(training):
            for x, y in loader:
                loss = self.criterion(self.learner(x), y)
                if training:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                total += loss.item() * len(x)
                samples += len(x)
        if not samples:
            raise ValueError("the loader gives no batch")
        return total / samples
