from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, causal: bool = False, key_padding_mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention.

    q: (N, Hh, L, E). k: (N, Hh, S, E). v: (N, Hh, S, V).
    causal: query i sees keys 0 to i only. key_padding_mask: (N, S), True where the key is padding.

    Returns (N, Hh, L, V); zeros for a query that sees no key.
    """
    raise NotImplementedError
