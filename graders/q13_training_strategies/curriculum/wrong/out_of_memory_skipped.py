"""Ends a stage quietly where training runs out of memory.

Misconception: a RuntimeError in one stage should not cost the others.
Caught by: test_empty_loader
Keeps: everything else
Advice: Leave errors alone: whoever reads the history would take the stage for trained.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    epoch = 0
    for stage, loader in enumerate(loaders):
        for _ in range(epochs_per_stage):
            try:
                loss = train_epoch(loader)
            except RuntimeError:
                break
            lr = scheduler.get_last_lr()[0] if scheduler is not None else None
            history.append({"stage": stage, "epoch": epoch, "loss": loss, "lr": lr})
            if scheduler is not None:
                scheduler.step()
            epoch += 1
    return history
