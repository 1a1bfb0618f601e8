"""The scheduler steps once a stage.

Misconception: A stage is what a schedule counts.
Caught by: test_rate, test_rates_used, test_own_scheduler
Advice: Step after every epoch.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
        if scheduler is not None:
            scheduler.step()
    return history
