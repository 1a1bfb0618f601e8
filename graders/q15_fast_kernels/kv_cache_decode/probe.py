"""Plays calls on a cache, which stays here, and the decoding that is timed."""

import submission
import torch


def made(sizes, dtype=None, device=None):
    options = {} if dtype is None else {"dtype": getattr(torch, dtype)}
    return submission.KVCache(*sizes, **options, **({} if device is None else {"device": device}))


def play(sizes, steps, dtype=None):
    """What each step comes to: ("append", k, v) the length then, ("attend", q) the result, and so on."""
    tensors = [item for step in steps for item in step if isinstance(item, torch.Tensor)]
    on_gpu = next((str(item.device) for item in tensors if item.is_cuda), None)
    cache = made(sizes, dtype, on_gpu)
    return [taken(cache, *step) for step in steps]


def taken(cache, step, *args):
    if step == "attend":
        return cache.attend(*args)
    if step == "refused":
        try:
            taken(cache, *args)
        except ValueError:
            return cache.length
        return "accepted"
    getattr(cache, step)(*args)
    return cache.length


def changed_later(sizes, k, v, q, dtype=None):
    """k and v are overwritten after they were appended."""
    cache = made(sizes, dtype)
    cache.append(k, v)
    k.fill_(7.0)
    v.fill_(7.0)
    return cache.attend(q)


def other_layouts(sizes, k, v, q, dtype=None):
    """The tensors as heads split off a projection lie in memory, and with reversed axes."""
    split = [tensor.transpose(1, 2).contiguous().transpose(1, 2) for tensor in (k, v, q)]
    back = [tensor.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0) for tensor in (k, v, q)]
    results = []
    for keys, values, queries in (split, back):
        cache = made(sizes, dtype)
        cache.append(keys, values)
        results.append(cache.attend(queries))
    return results


def attend(sizes, k, v, q, dtype=None):
    cache = made(sizes, dtype)
    cache.append(k, v)
    return cache.attend(q)


def again(sizes, k, v, q, dtype=None):
    """The same tensor as query three times."""
    cache = made(sizes, dtype)
    cache.append(k, v)
    return [cache.attend(q) for _ in range(3)]


def two_caches(sizes, first, second, q, dtype=None):
    """Filled in turn: each has its own memory."""
    caches = made(sizes, dtype), made(sizes, dtype)
    for cache, (k, v) in zip(caches, (first, second), strict=True):
        cache.append(k, v)
    return [cache.attend(q) for cache in caches]


def decode(k, v, q, signs=None):
    """All but the last positions at once, and then one for each row of q, which attends to them.

    `signs` turns the keys and values of one batch row into those of several.
    """
    if signs is not None:
        k, v = k * signs, v * signs
    batch, heads, positions, head_dim = k.shape
    prompt = positions - q.shape[2]
    cache = submission.KVCache(batch, heads, positions, head_dim, dtype=k.dtype, device=k.device)
    cache.append(k[:, :, :prompt], v[:, :, :prompt])
    results = []
    for row in range(q.shape[2]):
        here = slice(prompt + row, prompt + row + 1)
        cache.append(k[:, :, here], v[:, :, here])
        results.append(cache.attend(q[:, :, row : row + 1]))
    return torch.cat(results, 2)
