"""Cross-entropy as the logarithm of a softmax.

Misconception: The formula is the formula.
Caught by: test_large_scores
Advice: A probability that underflows to 0 has the logarithm -inf. Use cross_entropy, or log_softmax.
"""

import torch
import torch.nn.functional as F


def train_step(model, optimizer, x_batch, y_batch):
    model.train()
    optimizer.zero_grad()
    logits = model(x_batch)
    loss = F.nll_loss(torch.log(F.softmax(logits, dim=1)), y_batch)
    loss.backward()
    optimizer.step()
    return loss.item()
