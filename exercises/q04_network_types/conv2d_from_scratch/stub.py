"""Two-dimensional convolution as networks have it."""

import numpy as np
import numpy.typing as npt


def conv2d(
    x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Cross-correlate images (N, C, H, W) with kernels (O, C, kh, kw), add bias (O,); the result is (N, O, H', W').

    Raises ValueError where channels do not match, the kernel exceeds the padded image, stride < 1 or padding < 0.
    """
    raise NotImplementedError
