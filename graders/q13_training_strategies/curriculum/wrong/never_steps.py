"""The scheduler is asked for its rate and never moved.

Misconception: The scheduler follows the optimiser's steps.
Caught by: test_rate, test_rates_used, test_own_scheduler
Advice: Call scheduler.step() after every epoch.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                pass
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
