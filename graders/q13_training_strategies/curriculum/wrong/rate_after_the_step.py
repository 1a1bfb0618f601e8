"""The rate is read after the scheduler's step.

Misconception: get_last_lr gives the rate last used.
Caught by: test_rate, test_own_scheduler
Advice: It gives the rate last set, which after step() is the next epoch's.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            if scheduler is not None:
                scheduler.step()
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
