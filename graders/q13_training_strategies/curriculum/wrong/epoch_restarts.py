"""The epoch number starts anew in each stage.

Misconception: Epochs belong to a stage.
Caught by: test_counters
Advice: It runs over all stages: count outside the loops.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    for stage, loader in enumerate(loaders):
        for epoch in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
    return history
