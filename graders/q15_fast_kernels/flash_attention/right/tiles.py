"""Tiles of queries as well as of keys: einsum, causal tiles skipped or masked by positions, sums in lists of tiles."""

import torch


def _fits(q, k, v):
    return (
        q.dim() == k.dim() == v.dim() == 4
        and q.size(0) == k.size(0) == v.size(0)
        and q.size(1) == k.size(1) == v.size(1)
        and q.size(3) == k.size(3)
        and k.size(2) == v.size(2)
    )


def flash_attention(q, k, v, causal=False, block_size=128):
    if block_size <= 0:
        raise ValueError("block_size must be positive")
    if not _fits(q, k, v):
        raise ValueError("shapes")
    B, H, L, E = q.shape
    S, V = v.shape[2:]
    if causal and L > S:
        raise ValueError("causal needs L <= S")
    acc_type = torch.float64 if q.dtype == torch.float64 else torch.float32
    out = torch.empty(B, H, L, V, dtype=q.dtype, device=q.device)
    shift = S - L
    position = torch.arange(max(S, 1), device=q.device)
    for i in range(0, L, block_size):
        qi = q[:, :, i : i + block_size].to(acc_type) * E**-0.5
        n = qi.size(2)
        m = torch.full((B, H, n), float("-inf"), dtype=acc_type, device=q.device)
        z = torch.zeros_like(m)
        o = torch.zeros(B, H, n, V, dtype=acc_type, device=q.device)
        for j in range(0, S, block_size):
            if causal and j > i + n - 1 + shift:
                break
            s = torch.einsum("bhie,bhje->bhij", qi, k[:, :, j : j + block_size].to(acc_type))
            if causal and j + s.size(3) - 1 > i + shift:
                cols = position[j : j + s.size(3)]
                rows = position[i + shift : i + shift + n]
                s.masked_fill_(cols[None] > rows[:, None], float("-inf"))
            m_new = torch.max(m, s.amax(-1))
            p = s.sub_(m_new[..., None]).exp_()
            a = torch.exp(m - m_new)
            z = z * a + p.sum(-1)
            o.mul_(a[..., None]).add_(torch.einsum("bhij,bhjv->bhiv", p, v[:, :, j : j + block_size].to(acc_type)))
            m = m_new
        out[:, :, i : i + n] = o / z[..., None]
    return out
