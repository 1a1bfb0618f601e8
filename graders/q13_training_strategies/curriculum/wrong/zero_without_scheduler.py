"""Without a scheduler the rate is 0.0.

Misconception: A number is needed.
Caught by: test_no_scheduler
Advice: None says that it is not known.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else 0.0
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
