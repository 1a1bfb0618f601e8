"""The loss is formatted.

Misconception: The history is for reading.
Caught by: test_losses
Advice: Keep numbers; format when you print.
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
            history.append({"stage": stage, "epoch": epoch, "loss": f"{loss:.4f}", "lr": lr})
            epoch += 1
    return history
