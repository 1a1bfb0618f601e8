"""Divide and conquer: the keys are halved until a block is left, and both halves' results merged; heads flattened, bmm."""

import torch


def flash_attention(q, k, v, causal=False, block_size=128):
    if block_size < 1:
        raise ValueError("a block needs a key")
    if {q.ndim, k.ndim, v.ndim} != {4}:
        raise ValueError("four dimensions, please")
    (B, H, L, E), (S, V) = q.shape, v.shape[2:]
    if k.shape != (B, H, S, E) or v.shape != (B, H, S, V):
        raise ValueError("q, k and v disagree")
    if causal and L > S:
        raise ValueError("too many queries")
    if L > 1024:
        parts = []
        for low in range(0, L, 1024):
            high = min(low + 1024, L)
            end = S - L + high if causal else S
            parts.append(flash_attention(q[:, :, low:high], k[:, :, :end], v[:, :, :end], causal, block_size))
        return torch.cat(parts, 2)
    wide = torch.promote_types(q.dtype, torch.float32)
    Q = q.to(wide).mul(E**-0.5).reshape(B * H, L, E)
    K, W = k.reshape(B * H, S, E), v.reshape(B * H, S, V)

    def gather(low, high):
        """The first query that counts, and largest scores, sums and weighted sums from it on."""
        if high - low <= block_size:
            first = max(low - (S - L), 0) if causal else 0
            s = torch.bmm(Q[:, first:], K[:, low:high].to(wide).transpose(1, 2))
            if causal:
                n = min(high - low, L - first)
                hide = torch.arange(low, high, device=q.device) > torch.arange(first, first + n, device=q.device)[:, None] + S - L
                s[:, :n].masked_fill_(hide, float("-inf"))
            m = s.amax(2, True)
            p = s.sub_(m).exp_()
            return first, m, p.sum(2, True), torch.bmm(p, W[:, low:high].to(wide))
        middle = low + (high - low + 2 * block_size - 1) // (2 * block_size) * block_size
        start, m, z, o = gather(low, middle)
        later, m2, z2, o2 = gather(middle, high)
        if later - start < m.shape[1]:
            m1, z1, o1 = (x[:, later - start :] for x in (m, z, o))
            top = torch.maximum(m1, m2)
            old, new = (m1 - top).exp_(), (m2 - top).exp_()
            z1.mul_(old).add_(z2.mul_(new))
            o1.mul_(old).add_(o2.mul_(new))
            m1.copy_(top)
        return start, m, z, o

    _, _, z, o = gather(0, S)
    return o.div_(z).to(q.dtype).reshape(B, H, L, V)
