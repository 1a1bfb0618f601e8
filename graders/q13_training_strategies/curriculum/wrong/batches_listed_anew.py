"""Hands train_epoch a list of the loader's batches, made anew for every epoch.

Misconception: train_epoch only iterates, so a list that is fresh in each epoch will do.
Caught by: test_loader_itself
Keeps: everything else
Advice: Pass the loader itself: train_epoch may ask for its dataset or length, and a list holds all batches in memory.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            loss = train_epoch(list(loader))
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            if scheduler is not None:
                scheduler.step()
            epoch += 1
    return history
