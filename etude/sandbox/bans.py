"""Which dotted names a ban covers: the name, everything below it, and the library's other spellings of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

# Words that tell one implementation from another: `_native_batch_norm_legit_no_training` is batch_norm.
_VARIANT_WORDS = frozenset(
    {
        "native",
        "safe",
        "masked",
        "fused",
        "sparse",
        "special",
        "cudnn",
        "miopen",
        "mkldnn",
        "flash",
        "efficient",
        "math",
        "cpu",
        "cuda",
        "mps",
        "for",
        "impl",
        "index",
        "legit",
        "no",
        "training",
        "stats",
        "forward",
        "backward",
        "data",
        "out",
        "overrideable",
    }
)
# The same function lives in several of these under one name.
_TORCH_SIBLINGS = frozenset(
    {
        "torch",
        "torch.Tensor",
        "torch.functional",
        "torch.nn.functional",
        "torch.special",
        "torch.sparse",
        "torch.masked",
        "torch.nested",
    }
)
_PRIVATE_PACKAGES = {"torch": ("ops", "jit"), "numpy": ("core", "lib", "ma", "matlib", "emath")}
_METHOD_OWNERS = ("torch.Tensor.", "numpy.ndarray.")


def covering(name: str, banned: Iterable[str]) -> str | None:
    """The first entry of `banned` that covers the dotted `name`."""
    return next((entry for entry in banned if covers(entry, name)), None)


def covers(entry: str, name: str) -> bool:
    """Whether banning `entry` bans `name`: as written, re-exported by another module, or by a private path."""
    pattern, parts = entry.split("."), name.split(".")
    root = pattern[0]
    if _starts_with(parts, pattern):
        return True
    if root not in sys.stdlib_module_names:  # numpy.random is not the module random
        inner = (parts[i:] for i, part in enumerate(parts) if i and part == root)
        if any(_starts_with(path, pattern) for path in inner):
            return True
    if len(pattern) < 2 or root not in parts:
        return False
    parts = parts[len(parts) - 1 - parts[::-1].index(root) :]
    return _covers_torch(pattern, parts) if root == "torch" else _is_private_form(pattern[-1], parts)


def banned_method(attribute: str, banned: Iterable[str]) -> str | None:
    """The tensor or array method that an attribute of this name is, where the ban lists methods."""
    for entry in banned:
        for owner in _METHOD_OWNERS:
            if entry.startswith(owner) and fnmatchcase(attribute, entry.removeprefix(owner)):
                return owner + attribute
    return None


def plain(word: str) -> str:
    """`_softmax_backward_data`, `softmax_` and `_safe_softmax` are all `softmax`."""
    return "_".join(part for part in word.split("_") if part and part not in _VARIANT_WORDS) or word


def _starts_with(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    return len(parts) >= len(pattern) and all(map(fnmatchcase, parts, pattern))


def _covers_torch(pattern: list[str], parts: list[str]) -> bool:
    if "F" in parts:  # torch.nn.modules.activation.F is torch.nn.functional
        parts = ["torch", "nn", "functional", *parts[parts.index("F") + 1 :]]
        if _starts_with(parts, pattern):
            return True
    last = pattern[-1]
    if any(letter.isupper() for letter in last):  # a class keeps its name wherever it is re-exported
        return any(fnmatchcase(part, last) for part in parts[1:])
    siblings = {".".join(pattern[:-1]), ".".join(parts[:-1])} <= _TORCH_SIBLINGS
    return (siblings and plain(parts[-1]) == plain(last)) or _is_private_form(last, parts)


def _is_private_form(last: str, parts: list[str]) -> bool:
    private = len(parts) > 1 and (parts[1].startswith("_") or parts[1] in _PRIVATE_PACKAGES.get(parts[0], ()))
    return private and any(fnmatchcase(part, last) or plain(part) == plain(last) for part in parts[1:])
