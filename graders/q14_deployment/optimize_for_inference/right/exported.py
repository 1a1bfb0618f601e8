"""Right, as a program of torch.export with a free batch dimension; the modes are put back on the model itself."""

import torch
from torch.export import Dim, export


def optimize_for_inference(model, sample_input):
    modes = [(module, module.training) for module in model.modules()]
    batch = sample_input if len(sample_input) > 1 else torch.cat([sample_input, sample_input])
    try:
        model.eval()
        program = export(model, (batch,), dynamic_shapes=({0: Dim.DYNAMIC},))
    finally:
        for module, mode in modes:
            module.training = mode
    state = {name: tensor.detach().clone() for name, tensor in program.state_dict.items()}
    runnable = program.module()
    runnable.load_state_dict(state, assign=True)
    return lambda x: runnable(x.detach()).detach()
