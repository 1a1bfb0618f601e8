"""Lists the loaders at once, looks whether any is empty before it trains, and builds the history by index."""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    loaders = list(loaders)
    for loader in loaders:
        if next(iter(loader), None) is None:
            raise ValueError("a loader has no batches")
    history = [{"stage": e // epochs_per_stage, "epoch": e} for e in range(len(loaders) * epochs_per_stage)]
    for row in history:
        row["loss"] = float(train_epoch(loaders[row["stage"]]))
        row["lr"] = None
        if scheduler is not None:
            row["lr"] = scheduler.get_last_lr()[0]
            scheduler.step()
    return history
