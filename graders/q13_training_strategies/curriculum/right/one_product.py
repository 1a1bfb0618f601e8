"""One flat loop over itertools, and the rate read before the epoch is trained."""

import itertools


def train_with_curriculum(train_epoch, loaders, scheduler=None, epochs_per_stage=5):
    everything = itertools.chain.from_iterable(
        itertools.repeat(pair, epochs_per_stage) for pair in enumerate(loaders)
    )
    out = []
    for number, (stage, loader) in enumerate(everything):
        rate = scheduler.get_last_lr()[0] if scheduler else None
        entry = dict(lr=rate, epoch=number, stage=stage)
        entry["loss"] = train_epoch(loader)
        out += [entry]
        if scheduler:
            scheduler.step()
    return out
