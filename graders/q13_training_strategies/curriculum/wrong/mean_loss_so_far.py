"""The loss is the mean over the stage so far.

Misconception: Single epochs are noisy.
Caught by: test_losses
Advice: Note what train_epoch returned.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    total = 0.0
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            total += loss
            loss = total / (epoch + 1)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
