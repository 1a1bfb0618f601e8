"""What a worker uses, read from outside it, and whether that is too much."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Limits:
    cpu_seconds: int = 300
    memory_bytes: int = 2 << 30  # above the frameworks' own
    temp_bytes: int = 256 << 20
    temp_files: int = 1_000
    output_bytes: int = 1 << 20
    threads: int = 256
    base_bytes: int = 0  # what the frameworks take: the zygote's resident size

    @property
    def memory_words(self) -> str:
        return f"memory limit ({self.memory_bytes >> 30} GiB)"


def exceeded(limits: Limits, pid: int, temp: Path, output: int) -> str | None:
    """The limit that is broken, in the candidate's terms, or None."""
    if proportional_bytes(pid) > limits.base_bytes + limits.memory_bytes:
        return f"{limits.memory_words}: your code used more"
    if os.fstat(output).st_size > limits.output_bytes:
        return f"output limit ({limits.output_bytes >> 20} MiB): your code printed more"
    if thread_count(pid) > limits.threads:
        return f"thread limit ({limits.threads}): your code started more"
    size, files = _disk_use(temp, limits.temp_files)
    if size > limits.temp_bytes or files > limits.temp_files:
        allowed = f"{limits.temp_bytes >> 20} MiB in {limits.temp_files:,} files"
        return f"temporary file limit ({allowed}): your code wrote more"
    return None


def proportional_bytes(pid: int | str) -> int:
    """Proportional set size: private pages, and a share of those that several processes hold. 0 where unreadable."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
            for line in rollup:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) << 10
    except OSError:
        return 0
    return 0


def resident_bytes(pid: int | str) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def thread_count(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[17])
    except (OSError, IndexError):
        return 0


def _disk_use(folder: Path, most: int) -> tuple[int, int]:
    """Bytes and number of entries below a folder; stops counting soon after `most` entries."""
    size = files = 0
    folders = [str(folder)]
    while folders and files <= most:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    files += 1
                    if files > most:
                        break
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        size += _blocks(entry)
        except OSError:
            continue
    return size, files


def _blocks(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:  # gone since it was listed
        return 0
