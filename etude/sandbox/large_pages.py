"""Large pages: a fork copies the table of its process's pages, and a worker's end takes it down again."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path

from etude.sandbox.libc import libc

_SETTINGS = Path("/sys/kernel/mm/transparent_hugepage")
_MADV_COLLAPSE = 25  # since Linux 6.1; before that it is refused, and nothing is lost


def gather() -> None:
    """Move this process's objects into large pages, where the system has them and they are not turned off."""
    try:
        if "[never]" in (_SETTINGS / "enabled").read_text():
            return
        size = int((_SETTINGS / "hpage_pmd_size").read_text())
        areas = list(_writable_areas(Path("/proc/self/maps").read_text()))
    except OSError:
        return
    for start, end in areas:
        first, last = -(-start // size) * size, end // size * size
        if first < last:
            libc().madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), _MADV_COLLAPSE)


def _writable_areas(maps: str) -> Iterator[tuple[int, int]]:
    """Private memory without a file; see proc_pid_maps(5)."""
    for line in maps.splitlines():
        addresses, rights, _, _, _, *name = line.split(maxsplit=5)
        if rights == "rw-p" and name in ([], ["[heap]"]):
            start, _, end = addresses.partition("-")
            yield int(start, 16), int(end, 16)
