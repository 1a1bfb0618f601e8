"""A stage that fails is skipped.

Misconception: Training should survive one bad loader.
Caught by: test_empty_loader
Advice: Let the exception through: nobody would notice the missing stage.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            try:
                loss = train_epoch(loader)
            except ValueError:
                continue
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
