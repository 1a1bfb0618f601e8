"""The scheduler steps before the epoch.

Misconception: First the new rate, then the epoch.
Caught by: test_rates_used, test_own_scheduler
Advice: The optimiser starts with the first rate of the schedule: step after the epoch.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            loss = train_epoch(loader)
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
