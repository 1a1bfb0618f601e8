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

# `read_memory(found)` goes through every page of the process that has something in it.
READ_MEMORY = """
def regions():
    start = None
    for line in open("/proc/self/smaps", "rb"):
        if b"-" in line.split(b" ")[0]:
            place, rights = line.split()[:2]
            start, end = (int(part, 16) for part in place.split(b"-"))
            readable = rights.startswith(b"r")
        elif line.startswith((b"Rss:", b"Swap:")) and start is not None and readable and int(line.split()[1]):
            yield start, end
            start = None

def read_memory(found):
    memory = open("/proc/self/mem", "rb", buffering=0)
    unread = 0
    for start, end in list(regions()):
        for place in range(start, end, 4 << 20):
            try:
                memory.seek(place)
                found |= search(memory.read(min(end - place, (4 << 20) + 4096)))
            except (OSError, OverflowError, ValueError):
                unread += 1
    return unread
"""


def needles(secrets: Mapping[str, bytes]) -> str:
    """Source that defines `shifted` and `search`."""
    shifted = {label: secret.translate(SHIFT) for label, secret in secrets.items()}
    assert all(len(secret) >= 8 for secret in secrets.values())
    return f"shifted = {shifted!r}\n{SEARCH}"
