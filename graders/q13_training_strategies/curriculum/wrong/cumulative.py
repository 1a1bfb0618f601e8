"""Each stage trains on all loaders so far.

Misconception: Earlier data must not be forgotten.
Caught by: test_order
Advice: Which data a stage has is decided by its loader.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders := list(loaders)):
        for _ in range(epochs_per_stage):
            loss = sum(train_epoch(earlier) for earlier in loaders[: stage + 1]) / (stage + 1)
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            if scheduler is not None:
                scheduler.step()
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            epoch += 1
    return history
