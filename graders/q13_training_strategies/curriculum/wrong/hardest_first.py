"""The loaders are taken in reverse.

Misconception: The hardest needs the longest.
Caught by: test_order
Advice: In the order in which they come.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(reversed(list(loaders))):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
