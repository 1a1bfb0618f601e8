"""Consumes the loaders with next, one stage a call of an inner function that yields the entries."""


class NoScheduler:
    def step(self):
        pass

    def get_last_lr(self):
        return [None]


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    scheduler = NoScheduler() if scheduler is None else scheduler
    queue = iter(loaders)

    def stages(stage):
        try:
            loader = next(queue)
        except StopIteration:
            return
        for within in range(epochs_per_stage):
            lr, *_ = scheduler.get_last_lr()
            yield {"stage": stage, "epoch": stage * epochs_per_stage + within, "loss": train_epoch(loader), "lr": lr}
            scheduler.step()
        yield from stages(stage + 1)

    return list(stages(0))
