"""Right, with an Adam of its own over what requires gradients, gradients by torch.autograd.grad, inference mode, and a
generator of records."""

import torch


class ProgressiveFineTuner:
    def __init__(self, learner, criterion, stages, epochs_per_stage=5):
        self.__dict__.update(net=learner, loss=criterion, plan=stages, epochs=epochs_per_stage)

    def fine_tune(self, train_loader, val_loader):
        return list(self.records(train_loader, val_loader))

    def records(self, train_loader, val_loader):
        for index in range(len(self.plan)):
            rate, depth = self.plan[index]["lr"], self.plan[index]["unfreeze_layers"]
            self.net.unfreeze_layers(depth)
            movable = [p for p in self.net.parameters() if p.requires_grad]
            adam = torch.optim.Adam([{"params": movable}], lr=rate)
            pairs = [(self.train(train_loader, adam, movable), self.validate(val_loader)) for _ in range(self.epochs)]
            yield dict(
                stage=index, lr=rate, train_loss=[first for first, _ in pairs], val_loss=[second for _, second in pairs]
            )

    def train(self, loader, adam, movable):
        self.net.train()
        seen = []
        for x, y in loader:
            loss = self.loss(self.net(x), y)
            for p, g in zip(movable, torch.autograd.grad(loss, movable)):
                p.grad = g
            adam.step()
            seen += [(loss.detach(), x.shape[0])]
        return self.mean(seen)

    @torch.inference_mode()
    def validate(self, loader):
        self.net.eval()
        return self.mean([(self.loss(self.net(x), y), x.shape[0]) for x, y in loader])

    @staticmethod
    def mean(seen):
        if seen == []:
            raise ValueError("empty loader")
        return float(sum(loss * size for loss, size in seen) / sum(size for _, size in seen))
