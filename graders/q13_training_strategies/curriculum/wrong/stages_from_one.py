"""Stages count from 1.

Misconception: The first stage is number 1.
Caught by: test_counters
Advice: From 0, as Python does.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage + 1, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
