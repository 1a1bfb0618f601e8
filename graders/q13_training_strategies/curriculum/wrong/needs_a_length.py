"""Works with an index and the number of loaders.

Misconception: Loaders come in a list.
Caught by: test_any_iterable
Advice: Any iterable may come: use a for loop.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage in range(len(loaders)):
        loader = loaders[stage]
        for _ in range(epochs_per_stage):
            loss = train_epoch(loader)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
