"""Loaders, schedulers and the training of an epoch, none of which can travel; what happens is told to the host."""

import submission
import torch


class Reshuffled:
    """Gives another value each time it is iterated: `level` plus a further `step` a time."""

    def __init__(self, level, step):
        self.level, self.step, self.times = level, step, 0

    def __iter__(self):
        self.times += 1
        yield self.level + self.step * self.times, None


class Announced:
    """A scheduler with the host's own rates and nothing but the two methods; the host hears of every step."""

    def __init__(self, rates, stepped):
        self._rates, self._stepped, self._at = rates, stepped, 0

    def step(self):
        self._stepped()
        self._at += 1

    def get_last_lr(self):
        return list(self._rates[self._at])


def announced(trained, stepped, levels, rates, epochs):
    """With the host's own rates; `trained` hears of every epoch and gives the loss."""
    scheduler = Announced(rates, stepped)
    return submission.train_with_curriculum(
        lambda loader: trained(contents(loader)), [[(level, None)] for level in levels], scheduler, epochs
    )


def exponential(trained, levels, rate, gamma, epochs):
    """With torch's own scheduler; `trained` gets the level and the optimiser's rate. The history, and the last rate."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)

    def train_epoch(loader):
        optimizer.step()
        return trained(contents(loader), optimizer.param_groups[0]["lr"])

    loaders = [[(level, None)] for level in levels]
    history = submission.train_with_curriculum(train_epoch, loaders, scheduler, epochs_per_stage=epochs)
    return history, optimizer.param_groups[0]["lr"]


def plain(trained, levels, *args, kind="list", **kwargs):
    """Without a scheduler unless `args` say so; `loaders` is of that kind."""
    loaders = [[(level, None)] for level in levels]
    made = {
        "list": loaders,
        "tuple": tuple(loaders),
        "generator": (loader for loader in loaders),
        "map": map(list, loaders),
        "values": dict(enumerate(loaders)).values(),
    }
    return submission.train_with_curriculum(lambda loader: trained(contents(loader)), made[kind], *args, **kwargs)


def reshuffled(trained, levels, step, numbers, epochs):
    """`trained` gets what the loader gives, and the number of the loader that this is, 0 where it is none of them."""
    loaders = [Reshuffled(level, step) for level in levels]

    def train_epoch(loader):
        number = next((own for own, known in zip(numbers, loaders, strict=True) if known is loader), 0.0)
        return trained(contents(loader), number)

    return submission.train_with_curriculum(train_epoch, loaders, None, epochs)


def two_runs(trained, first, second, epochs):
    """Both histories, of which the first is looked at after the second run."""
    runs = [plain(trained, levels, epochs_per_stage=epochs) for levels in (first, second)]
    return [list(history) for history in runs]


def contents(loader):
    """The first value of a loader; a `ValueError` for an empty one, as a training function raises it."""
    for x, _ in loader:
        return x
    raise ValueError("the loader is empty")


def empty_stage(trained, levels, epochs, position):
    """The loader at `position` is empty."""
    loaders = [[(level, None)] for level in levels]
    loaders[position:position] = [[]]
    return submission.train_with_curriculum(lambda loader: trained(contents(loader)), loaders, epochs_per_stage=epochs)


def failing(trained, levels, bad, error="RuntimeError"):
    """Training at the level `bad` raises an error of that kind."""
    kind = {"RuntimeError": RuntimeError, "StopIteration": StopIteration}[error]

    def train_epoch(loader):
        if contents(loader) == bad:
            raise kind("out of memory")
        return trained(contents(loader))

    return submission.train_with_curriculum(train_epoch, [[(level, None)] for level in levels], epochs_per_stage=2)
