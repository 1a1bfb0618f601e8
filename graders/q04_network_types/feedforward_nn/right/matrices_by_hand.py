"""Weights and biases are bare parameters, lying (inputs, outputs) and (1, outputs), the second layer registered first."""

import math

import torch


class FeedForwardNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.offset_b = torch.nn.Parameter(torch.zeros(1, output_size))
        self.matrix_b = torch.nn.Parameter(torch.randn(hidden_size, output_size) / math.sqrt(hidden_size))
        self.offset_a = torch.nn.Parameter(torch.zeros(1, hidden_size))
        self.matrix_a = torch.nn.Parameter(torch.randn(input_size, hidden_size) * math.sqrt(2 / input_size))

    def forward(self, x):
        z = torch.matmul(x, self.matrix_a) + self.offset_a
        return torch.matmul(z.clamp_min(0), self.matrix_b) + self.offset_b
