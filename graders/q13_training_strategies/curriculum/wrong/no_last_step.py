"""No step after the very last epoch.

Misconception: Nothing comes after it, so the rate no longer matters.
Caught by: test_rates_used
Advice: After every epoch, the last included: training may be taken up again.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders := list(loaders)):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None and epoch + 1 < len(loaders) * epochs_per_stage:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
