"""Adam, SGD and RMSprop over the trainable parameters of a model.

Idea
    One list of parameters, three constructors. What can go wrong is what goes into the list, and what else is passed.

Cost
    None yet: optimisers make their buffers at the first step. From then on SGD with momentum remembers one number for
    each parameter, RMSprop one, Adam two.

Pitfalls
    `model.parameters()` and `filter(...)` are used up by the first optimiser; the second complains about an empty list.
    Handing over frozen parameters works as long as their gradient is None: with weight decay, or a gradient from
    before, they move. Going through the modules finds a shared parameter twice. The defaults differ in ways that matter
    for a comparison: torch's RMSprop has alpha 0.99, other libraries 0.9, and eps stands outside the root.

Follow-up questions
    Is it fair to compare the three at one learning rate? No: Adam's step is about lr in size whatever the gradient,
    SGD's is proportional to the gradient. Each needs a search of its own.
    How does AdamW differ from Adam with weight decay? Adam adds the decay to the gradient, so that it is divided by the
    root mean square like the rest; AdamW shrinks the weights directly. Its default decay is 0.01, Adam's is 0.
    What if a layer is unfrozen later? The optimisers do not know of it: add_param_group, or configure them anew.
"""

import torch
from torch import nn


def configure_optimizers(model: nn.Module, lr: float = 0.001) -> dict[str, torch.optim.Optimizer]:
    parameters = [p for p in model.parameters() if p.requires_grad]
    return {
        "adam": torch.optim.Adam(parameters, lr=lr),
        "sgd": torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "rmsprop": torch.optim.RMSprop(parameters, lr=lr),
    }
