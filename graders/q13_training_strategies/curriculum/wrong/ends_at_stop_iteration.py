"""Takes a StopIteration of the training for the end of the loaders.

Misconception: Only next(loaders) raises it.
Caught by: test_empty_loader
Keeps: everything else
Advice: Training may raise it too, and then ends without a word. Use a for loop, or let the try hold next() alone.
"""


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    history = []
    coming = iter(loaders)
    try:
        stage = 0
        while True:
            loader = next(coming)
            for _ in range(epochs_per_stage):
                loss = train_epoch(loader)
                lr = scheduler.get_last_lr()[0] if scheduler is not None else None
                if scheduler is not None:
                    scheduler.step()
                history.append({"stage": stage, "epoch": len(history), "loss": loss, "lr": lr})
            stage += 1
    except StopIteration:
        return history
