"""What a worker uses, read from outside it, and whether that is too much."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_TABLE_BYTES = 128 << 20  # enough to map 64 GiB; where there is more of it, adding up a set size takes seconds
_DEEPEST = 32  # folders inside one another
_DELETED = b" (deleted)\n"
_STILL = (b"T", b"t", b"Z", b"X")  # stopped, traced, and two ways of having ended
_MAPPED_BYTES = 32 << 20  # what a deleted file counts for that only a mapping holds: its size is not to be had


@dataclass(frozen=True)
class Limits:
    cpu_seconds: int = 300
    memory_bytes: int = 2 << 30  # above the frameworks' own
    temp_bytes: int = 256 << 20
    temp_files: int = 1_000
    output_bytes: int = 1 << 20
    threads: int = 256
    processes: int = 64  # where an answer may start any
    base_bytes: int = 0  # what the frameworks take: the zygote's resident size

    @property
    def memory_words(self) -> str:
        return f"memory limit ({self.memory_bytes >> 30} GiB)"


def exceeded(limits: Limits, pid: int, temp: Path, output: int, group: bool = False) -> str | None:
    """The limit that is broken, in the candidate's terms, or None; with `group` by all that the worker started, too."""
    pids = group_of(pid) if group else [pid]
    if len(pids) > limits.processes:
        return f"process limit ({limits.processes}): your code started more"
    most = limits.base_bytes + limits.memory_bytes
    # The second is dear, and never more.
    held = sum(map(_held_bytes, pids)) > most and sum(map(proportional_bytes, pids)) > most
    if sum(map(page_table_bytes, pids)) > _TABLE_BYTES or held:
        return f"{limits.memory_words}: your code used more"
    if _larger(os.fstat(output)) > limits.output_bytes:
        return f"output limit ({limits.output_bytes >> 20} MiB): your code printed more"
    if sum(map(thread_count, pids)) > limits.threads:
        return f"thread limit ({limits.threads}): your code started more"
    size, files = _disk_use(temp, limits.temp_files)
    nameless = sum(_nameless_bytes(each, temp, output) for each in pids)
    if size + nameless > limits.temp_bytes or files > limits.temp_files:
        allowed = f"{limits.temp_bytes >> 20} MiB in {limits.temp_files:,} files"
        return f"temporary file limit ({allowed}): your code wrote more"
    return None


def group_of(leader: int) -> list[int]:
    """The processes of a group: a worker, and those that it has started."""
    numbers = [int(name) for name in _names("/proc") if name.isdecimal()]
    return [pid for pid in numbers if _stat(pid)[2:3] == [b"%d" % leader]] or [leader]


def proportional_bytes(pid: int | str) -> int:
    """Proportional set size: private pages, and a share of those that several processes hold, swapped out or not.
    0 where unreadable."""
    return _total(f"/proc/{pid}/smaps_rollup", (b"Pss:", b"SwapPss:")) << 10


def _held_bytes(pid: int) -> int:
    """All pages a process holds, shared or not, swapped out or not."""
    return _total(f"/proc/{pid}/status", (b"VmRSS:", b"VmSwap:")) << 10


def page_table_bytes(pid: int | str) -> int:
    """What the kernel needs to map a process's memory: no part of its set size, and not bounded by it."""
    return _total(f"/proc/{pid}/status", (b"VmPTE:",)) << 10


def resident_bytes(pid: int | str) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def peak_bytes(pid: int) -> int:
    """The most that a process has held at a time since its fork, with what it held then; and all that it has written to
    files, which are memory until the disk has them, and no process's."""
    return (_total(f"/proc/{pid}/status", (b"VmHWM:",)) << 10) + _total(f"/proc/{pid}/io", (b"wchar:",))


def thread_count(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[17]) if len(fields) > 17 else 0


def stands_still(pid: int) -> bool:
    """Whether each thread has been stopped, or has ended. One that is told to stop in the middle of a system call first
    comes to that call's end."""
    threads = _names(f"/proc/{pid}/task")
    states = (_stat(f"{pid}/task/{thread}")[:1] for thread in threads)
    return all(state in _STILL for (state,) in filter(None, states))


def has_ended(pid: int) -> bool:
    """Whether a process that nobody has waited for yet has come to its end, with all of its threads."""
    return main_thread_has_ended(pid) and thread_count(pid) <= 1


def main_thread_has_ended(pid: int) -> bool:
    """Then nothing that is read of the process here tells what its other threads, if there are any, use."""
    return _stat(pid)[:1] in ([b"Z"], [b"X"])


def _stat(pid: int | str) -> list[bytes]:
    """What follows a process's (or thread's) name, which may hold anything, in its `stat`."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return []


def _total(path: str, names: tuple[bytes, ...]) -> int:
    """Of the fields with these names; 0 where unreadable."""
    try:
        with open(path, "rb") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(names))
    except OSError:
        return 0


def _disk_use(folder: Path, most: int) -> tuple[int, int]:
    """Bytes and number of entries below a folder; stops counting soon after `most` entries.

    Folders nested too deep, or that cannot be listed, count as too many entries: more may be hidden in them.
    """
    try:
        return _folder_use(os.open(folder, _FOLDER), most, 0)
    except FileNotFoundError:
        return 0, 0
    except OSError:
        return 0, most + 1


def _folder_use(folder: int, most: int, depth: int) -> tuple[int, int]:
    """Works on descriptors, since a path can be too long, and a name in it change to a link that leads elsewhere."""
    size = files = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                files += 1
                if files > most or depth > _DEEPEST:
                    return size, most + 1
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # changed since it was listed
                    if not entry.is_dir(follow_symlinks=False):
                        size += _allocated(entry.stat(follow_symlinks=False))
                        continue
                    more = _folder_use(os.open(entry.name, _FOLDER, dir_fd=folder), most - files, depth + 1)
                    size, files = size + more[0], files + more[1]
        return size, files
    finally:
        os.close(folder)


def _nameless_bytes(pid: int, temp: Path, output: int) -> int:
    """Bytes of deleted files that the process still holds: open ones, and those that only a mapping holds."""
    sizes = {os.fstat(output).st_ino: 0}
    for descriptor in _names(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            found = os.stat(f"/proc/{pid}/fd/{descriptor}")
            if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                sizes.setdefault(found.st_ino, _allocated(found))
    return sum(sizes.values()) + _MAPPED_BYTES * len(_mapped_deleted(pid, temp) - set(sizes))


def _mapped_deleted(pid: int, temp: Path) -> set[int]:
    """Inodes of deleted files below `temp` that are mapped. (A library may have been deleted too, by its upgrade.)"""
    home = os.fsencode(os.path.realpath(temp)) + b"/"
    try:
        with open(f"/proc/{pid}/maps", "rb") as maps:
            text = maps.read()
    except OSError:
        return set()
    if _DELETED not in text:  # as a rule, and there are thousands of lines
        return set()
    deleted = [line.split(maxsplit=5) for line in text.splitlines(keepends=True) if line.endswith(_DELETED)]
    return {int(fields[4]) for fields in deleted if fields[5].startswith(home)}


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _allocated(found: os.stat_result) -> int:
    return found.st_blocks * 512


def _larger(found: os.stat_result) -> int:
    """Size or space, whichever is more: space can be taken beyond a file's end."""
    return max(found.st_size, _allocated(found))
