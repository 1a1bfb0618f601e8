"""torch's own folding is called.

Misconception: It does the same.
Caught by: test_written_out
Keeps: test_values, test_conv_bias
Advice: It does. Here the point is to know how.
"""

from torch.nn.utils import fuse_conv_bn_eval as fold


def fuse_conv_bn(conv, bn):
    if bn.training:
        raise ValueError("bn must be in evaluation mode")
    if bn.running_mean is None:
        raise ValueError("bn keeps no running statistics")
    mode = conv.training
    fused = fold(conv.eval(), bn)
    conv.train(mode)
    return fused
