from torch import Tensor


def flash_attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, block_size: int = 128) -> Tensor:
    """Exact attention, `block_size` keys at a time.

    q: (B, H, L, E). k: (B, H, S, E). v: (B, H, S, V).
    causal: query i sees keys 0 to i + S - L.

    Returns (B, H, L, V), of q's dtype.
    ValueError: `block_size` is less than 1, the shapes do not fit, or `causal` with L > S.
    """
    raise NotImplementedError
