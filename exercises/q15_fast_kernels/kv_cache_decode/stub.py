import torch
from torch import Tensor


class KVCache:
    """Keys and values of the positions so far, with attention over them.

    ValueError: batch, heads, capacity or head_dim is below 1.
    """

    length: int  # positions in the cache

    def __init__(
        self,
        batch: int,
        heads: int,
        capacity: int,
        head_dim: int,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        raise NotImplementedError

    def append(self, k: Tensor, v: Tensor) -> None:
        """Copies T positions, (batch, heads, T, head_dim) each.

        ValueError: another shape or dtype, T = 0, or more than the capacity; nothing is appended then.
        """
        raise NotImplementedError

    def attend(self, q: Tensor) -> Tensor:
        """Attention of the last T positions, q (batch, g * heads, T, head_dim), like q; head j reads key head j // g.

        ValueError: another shape, T = 0, or T above `length`.
        """
        raise NotImplementedError

    def truncate(self, length: int) -> None:
        """Forgets all positions from `length` on.

        ValueError: `length` is below 0 or above the present one.
        """
        raise NotImplementedError
