"""What bounds a process without naming a path or a call: capabilities, resource limits, descriptors, its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Collection

from etude.sandbox.libc import checked, libc

if sys.platform != "win32":
    import resource

_PR_SET_PDEATHSIG, _PR_CAPBSET_READ, _PR_CAPBSET_DROP = 1, 23, 24
_PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL = 47, 4
_PR_SET_CHILD_SUBREAPER = 36
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _LARGE_BLOCK = -1, -3, 1 << 20
_CAPABILITY_VERSION_3 = 0x2008_0522
_CLOSE_RANGE = 436
_LAST_DESCRIPTOR = (1 << 31) - 1
_MEMLOCK_BYTES = 64 << 10
_NO_CORE = 1  # 0 would still feed a dump of all its memory to the system's crash handler; see core(5)
_CPU_GRACE = 5  # seconds between SIGXCPU, which says why, and SIGKILL


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def drop_capabilities() -> None:
    """Give up every capability for good; the uid stays. An ordinary user has none to give up."""
    c = libc()
    capability = 0
    while c.prctl(_PR_CAPBSET_READ, capability, 0, 0, 0) >= 0:
        c.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # refused to ordinary users: no_new_privs covers them
        capability += 1
    c.prctl(_PR_CAP_AMBIENT, _AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = _CapabilityHeader(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, twice 32 bits each
    checked(c.capset(ctypes.byref(header), ctypes.byref(nothing)), "capset")


def set_resource_limits(memory_bytes: int, cpu_seconds: int, file_bytes: int, descriptors: int = 512) -> None:
    """Limit further memory, processor time, the size of a file, and open descriptors, beyond raising again.

    RLIMIT_NPROC is left: it counts a user's processes everywhere and does not bind root; seccomp denies new ones.
    RLIMIT_STACK is left: threads took their stack size from it when the interpreter started.
    """
    if sys.platform == "win32":
        return
    wanted = {
        resource.RLIMIT_DATA: (_data_bytes() + memory_bytes,) * 2,
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + _CPU_GRACE),
        resource.RLIMIT_FSIZE: (file_bytes,) * 2,
        resource.RLIMIT_NOFILE: (descriptors,) * 2,
        resource.RLIMIT_CORE: (_NO_CORE,) * 2,
        resource.RLIMIT_MEMLOCK: (_MEMLOCK_BYTES,) * 2,
    }
    for limit, (soft, most) in wanted.items():
        _lower(limit, soft, most)


def forbid_dumps() -> None:
    """Of this process's memory, whatever ends it."""
    if sys.platform == "linux":
        _lower(resource.RLIMIT_CORE, _NO_CORE, _NO_CORE)


def bound_memory(more_bytes: int) -> None:
    """Of this process: what it may take beyond what it has."""
    if sys.platform == "linux":
        _lower(resource.RLIMIT_DATA, *(_data_bytes() + more_bytes,) * 2)


def bound_processor_time(seconds: int) -> None:
    """Of this process, from now on; called again, anew. SIGXCPU ends it. Waiting takes none."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        _lower(resource.RLIMIT_CPU, int(time.process_time()) + 1 + seconds, hard)


def _lower(limit: int, soft: int, most: int) -> None:
    """No higher than it is."""
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        soft, most = min(soft, hard), min(most, hard)
    resource.setrlimit(limit, (soft, most))


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own has ended, so that it can be reaped."""
    if sys.platform == "linux":
        checked(libc().prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(PR_SET_CHILD_SUBREAPER)")


def give_memory_back() -> None:
    """From now on large blocks go back to the system as soon as they are freed, so that a peak tells what was held.

    glibc else keeps them, more or fewer by chance (mallopt(3): the threshold moves with what is freed).
    """
    if sys.platform == "linux" and hasattr(libc(), "mallopt"):
        libc().mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)
        libc().mallopt(_M_TRIM_THRESHOLD, _LARGE_BLOCK)


def volunteer_to_die() -> None:
    """Be the first to go where the machine runs out of memory, before the host and whatever else runs."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:
        score.write(b"1000")


def close_descriptors(keep: Collection[int]) -> None:
    """Close every descriptor that is not in `keep`."""
    start = 0
    for kept in sorted(set(keep)):
        _close_range(start, kept - 1)
        start = kept + 1
    _close_range(start, _LAST_DESCRIPTOR)


def die_with_parent(parent: int) -> None:
    """Be killed when the parent dies; `parent` is its pid, taken before the fork, in case it is dead already."""
    if sys.platform == "linux":
        checked(libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "PR_SET_PDEATHSIG")
    if os.getppid() != parent:
        os._exit(1)


def _data_bytes() -> int:
    """The size of our private writable memory, as RLIMIT_DATA counts it; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", "rb") as file:
            _, _, rest = file.read().partition(b"VmData:")
    except OSError:
        return 0
    return int(rest.split(None, 1)[0]) << 10 if rest else 0


def _close_range(first: int, last: int) -> None:
    if first > last:
        return
    if sys.platform != "linux" or libc().syscall(_CLOSE_RANGE, first, last, 0) != 0:
        os.closerange(first, min(last, os.sysconf("SC_OPEN_MAX")) + 1)
