"""What an answer that goes looking for secrets is told to look for, without being told.

A needle in the answer's own source would be found there. So each is given shifted: every byte plus 77. The answer
shifts what it reads and looks for the shifted needle.
"""

from __future__ import annotations

from collections.abc import Mapping

SHIFT = bytes((i + 77) % 256 for i in range(256))

# `search(blob)` says which needles are in `blob`; `shifted` holds them.
SEARCH = """
SHIFT = bytes((i + 77) % 256 for i in range(256))

def search(blob):
    blob = blob.translate(SHIFT)
    return {label for label, needle in shifted.items() if needle in blob}
"""

# `regions()`: the stretches of memory that may be read and have something in them, but for the kernel's own.
# `read_memory(found)` goes through them all.
READ_MEMORY = """
def regions():
    found = []
    with open("/proc/self/smaps") as smaps:
        for line in smaps:
            words = line.split()
            if "-" in words[0]:
                start, end = (int(part, 16) for part in words[0].split("-"))
                readable = words[1].startswith("r") and not words[-1].startswith("[v")
            elif words[0] in ("Rss:", "Swap:") and readable and words[1] != "0" and (start, end) not in found:
                found.append((start, end))
    return [(place, min(end - place, (4 << 20) + 4096)) for start, end in found for place in range(start, end, 4 << 20)]

def read_memory(found):
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        for place, size in regions():
            try:
                memory.seek(place)
                found |= search(memory.read(size))
            except (OSError, OverflowError):
                pass
"""


def needles(secrets: Mapping[str, bytes]) -> str:
    """Source that defines `shifted` and `search`."""
    shifted = {label: secret.translate(SHIFT) for label, secret in secrets.items()}
    assert all(len(secret) >= 8 for secret in secrets.values())
    return f"shifted = {shifted!r}\n{SEARCH}"
