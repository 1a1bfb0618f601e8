"""Right, with a parameter group for each module, a set of what has been seen, and the learning rate in the groups."""

import torch.optim as o


def configure_optimizers(model, lr=0.001):
    def groups():
        seen = set()
        for module in model.modules():
            own = []
            for p in module._parameters.values():
                if p is not None and p.requires_grad and id(p) not in seen:
                    seen.add(id(p))
                    own.append(p)
            if own:
                yield {"params": own, "lr": lr}

    result = {}
    result["adam"] = o.Adam(list(groups()), lr=lr)
    result["sgd"] = o.SGD(list(groups()), lr=lr, momentum=0.9)
    result["rmsprop"] = o.RMSprop(list(groups()), lr=lr)
    return result
