"""Never concatenates: each linear map is the sum of the products of its column blocks with the features it is for."""

import torch.nn.functional as F
from torch import nn


class DenseNet(nn.Module):
    def __init__(self, input_size, growth_rate=32, num_layers=3, num_classes=10):
        super().__init__()
        self.classifier = nn.Linear(input_size + num_layers * growth_rate, num_classes)
        self.normalise = nn.ModuleDict()
        self.mix = nn.ModuleDict()
        for i in reversed(range(num_layers)):
            self.normalise[f"n{i}"] = nn.BatchNorm1d(growth_rate)
            self.mix[f"m{num_layers - i}"] = nn.Linear(input_size + i * growth_rate, growth_rate, bias=False)
        self.widths = [input_size] + [growth_rate] * num_layers

    def _apply_to(self, linear, features):
        blocks = linear.weight.split(self.widths[: len(features)], dim=1)
        total = sum(f @ w.t() for f, w in zip(features, blocks))
        return total if linear.bias is None else total + linear.bias

    def forward(self, x):
        features = [x]
        for i in range(len(self.mix)):
            z = self._apply_to(self.mix[f"m{len(self.mix) - i}"], features)
            features.append(F.relu(self.normalise[f"n{i}"](z)))
        return self._apply_to(self.classifier, features)
