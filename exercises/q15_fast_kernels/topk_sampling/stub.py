from torch import Tensor


def sample_top_k(logits: Tensor, u: Tensor, k: int = 50, temperature: float = 1.0) -> Tensor:
    """One token of each row, drawn from its k largest logits by the uniform numbers u.

    logits: (B, C). u: (B,), in [0, 1). k: at least 1; beyond C it counts as C. temperature: 0 takes the largest.

    Returns (B,) int64. ValueError for a k, a temperature, shapes or a u that are not like that, and for C = 0.
    """
    raise NotImplementedError
