"""A model frozen for inference.

Idea
    Three things separate a model in training from one that answers requests: the mode of its layers, the recording of
    operations for autograd, and weights that move. A deep copy in evaluation mode settles the first and the third, for
    good; autograd is switched off around each call, since the input may bring its own `requires_grad`.

Cost
    The copy holds the weights a second time. Without autograd no intermediate result outlives its use, so that the
    memory of a call is that of its widest layers, not of their sum.

Pitfalls
    `model.eval()` on the caller's model, who then trains without dropout; giving back only the top module's mode, where
    a frozen batch norm had one of its own. A shallow copy, or a state_dict, which refer to the same weights.
    Taking `requires_grad_(False)` for the end of autograd: gradients at the input are recorded all the same. Disabling
    autograd globally. Tracing that writes the sample's batch size into the graph.

Follow-up questions
    What could really make it faster? Folding batch norms into convolutions, a graph for fusion and constant folding
    (torch.jit.freeze, torch.export with a compiling backend), channels-last memory, lower precision. Each should be
    measured, and compared with the original's outputs.
    Tracing or scripting? Tracing records what one input did, and loses branches on data without an error; scripting
    compiles the branches, and takes a part of Python only.
    no_grad or inference_mode? The latter also drops version counters and views' bookkeeping, which is a little faster;
    its results can never enter a graph that saves them for backward.
"""

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn


def optimize_for_inference(model: nn.Module, sample_input: Tensor) -> Callable[[Tensor], Tensor]:
    return torch.no_grad()(copy.deepcopy(model).eval())
