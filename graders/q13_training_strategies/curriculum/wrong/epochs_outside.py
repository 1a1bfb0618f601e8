"""The outer loop runs over the epochs, the inner one over the loaders.

Misconception: The order of the loops does not matter.
Caught by: test_order
Advice: Then every epoch sees everything, and there is no curriculum.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for _ in range(epochs_per_stage):
        for stage, loader in enumerate(loaders):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
