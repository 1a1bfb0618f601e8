"""A learner with the host's values, loaders without a length, and one run of the candidate's fine-tuning."""

import torch
from torch import nn


class Mask(nn.Dropout):
    """Dropout with the host's own mask: it multiplies in training mode, and does nothing in evaluation mode."""

    def __init__(self, mask):
        super().__init__()
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x):
        return x * self.mask if self.training else x


class Loader:
    """Gives fresh copies of the batches of a pass each time, and has no length.

    The last pass comes again and again; one that is broken off does not count.
    """

    def __init__(self, passes):
        self.passes, self.done = passes, 0

    def __iter__(self):
        for x, y in self.passes[min(self.done, len(self.passes) - 1)]:
            yield torch.tensor(x), torch.tensor(y)
        self.done += 1


class Learner(nn.Module):
    """Linear, batch norm, tanh, block, head: all but the head frozen until unfreeze_layers says otherwise.

    `gains`: what the scores are multiplied by where autograd records, and where it does not.
    """

    def __init__(self, values, mask, gains):
        super().__init__()
        (hidden, inputs), (width, _), (classes, _) = (
            values[f"{name}.weight"].shape for name in ("stem", "block.0", "fc")
        )
        self.stem = nn.Linear(inputs, hidden)
        self.norm = nn.BatchNorm1d(hidden)
        self.act = nn.Tanh()
        self.fc = nn.Linear(width, classes)
        self.block = nn.Sequential(nn.Linear(hidden, width), nn.BatchNorm1d(width), Mask(torch.tensor(mask)))
        self.to(torch.tensor(mask).dtype)
        self.load_state_dict({name: torch.tensor(value) for name, value in values.items()}, strict=False)
        self.gains = gains
        self.layers = [self.stem, self.norm, self.act, self.block]
        self.held = list(self.layers)
        for layer in self.layers:
            layer.requires_grad_(False)
        self.train()

    def forward(self, x):
        scores = self.fc(torch.tanh(self.block(self.act(self.norm(self.stem(x))))))
        return scores * self.gains[0 if scores.requires_grad else 1]

    def train(self, mode=True):
        super().train(mode)
        for layer in self.held:
            for module in layer.modules():
                if isinstance(module, nn.BatchNorm1d):
                    module.eval()
        return self

    def unfreeze_layers(self, n):
        for layer in self.layers[max(0, len(self.layers) - n) :]:
            layer.requires_grad_(True)
            layer.train(self.training)
            self.held = [other for other in self.held if other is not layer]

    def configure_optimizer(self, lr=0.001):
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], lr=lr)


def tune(setup, train, validation, stages, *epochs, rounds=1, stale=None, anew=False):
    """What `fine_tune` gave, `rounds` times, and the learner's state in the end.

    setup: `values`, `mask`, `gains`, and `weights` of the loss. stale: gradients that are there before.
    anew: train and validation hold the batches of each pass.
    """
    passes = (train, validation) if anew else ([train], [validation])
    learner = Learner(setup["values"], setup["mask"], setup["gains"])
    for name, parameter in learner.named_parameters():
        if stale is not None:
            parameter.grad = torch.tensor(stale[name])
    weights = torch.tensor(setup["weights"])

    def criterion(scores, y):
        return ((scores - y).square() * weights).sum(dim=1).mean()

    tuner = submission.ProgressiveFineTuner(learner, criterion, stages, *epochs)  # noqa: F821
    histories = [tuner.fine_tune(*map(Loader, passes)) for _ in range(rounds)]
    state = {name: value.clone() for name, value in learner.state_dict().items() if "tracked" not in name}
    return {"histories": histories, "state": state}
