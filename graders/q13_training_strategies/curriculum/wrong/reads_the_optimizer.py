"""The rate comes from scheduler.optimizer.

Misconception: Every scheduler is one of torch's.
Caught by: test_own_scheduler
Advice: Ask get_last_lr(): nothing else was promised.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.optimizer.param_groups[0]["lr"] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
