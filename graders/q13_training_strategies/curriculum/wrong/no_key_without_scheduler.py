"""Without a scheduler there is no key lr.

Misconception: What is not known is left out.
Caught by: test_no_scheduler
Advice: Whoever reads the history expects the same keys in every entry.
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
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            if scheduler is None:
                del history[-1]["lr"]
            epoch += 1
    return history
