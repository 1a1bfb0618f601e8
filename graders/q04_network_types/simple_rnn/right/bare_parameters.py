"""Bare parameters, matrices as (inputs, outputs), one bias of shape (1, hidden); all steps' states stacked, then gathered."""

import torch


class SimpleRNN(torch.nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        make = lambda *shape: torch.nn.Parameter(torch.randn(*shape) * hidden_size**-0.5)
        self.v, self.c = make(hidden_size, output_size), torch.nn.Parameter(torch.zeros(output_size))
        self.b, self.u, self.w = make(1, hidden_size), make(hidden_size, hidden_size), make(input_size, hidden_size)

    def forward(self, x, lengths=None):
        drive = torch.einsum("ntd,dh->tnh", x, self.w) + self.b
        states = [drive[0].tanh()]
        for d in drive[1:]:
            states.append(torch.tanh(d + torch.einsum("nh,hk->nk", states[-1], self.u)))
        if lengths is None:
            return states[-1] @ self.v + self.c
        index = (lengths - 1)[None, :, None].expand(1, -1, self.u.shape[0])
        return torch.stack(states).gather(0, index)[0] @ self.v + self.c
