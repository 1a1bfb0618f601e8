"""The system calls a worker may not make, as a seccomp filter.

Landlock guards paths; this guards what paths cannot say: processes, sockets, other processes' memory and
scheduling, ownership and times of files. Calls that are not named stay allowed, so that frameworks run.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from etude.sandbox.libc import checked, libc

if TYPE_CHECKING:
    import pyseccomp

_PR_SET_SECCOMP, _FILTER_MODE = 22, 2

_DENIED = """
socket connect bind listen accept accept4 socketcall sendmsg sendmmsg
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat chown32 fchown32 lchown32 file_setattr
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
utime utimes utimensat utimensat_time64 futimesat mknod mknodat
setpriority nice sched_setscheduler sched_setparam sched_setattr sched_setaffinity ioprio_set
clock_settime clock_settime64 clock_adjtime clock_adjtime64 adjtimex settimeofday stime
ipc shmget shmat shmdt shmctl semget semop semtimedop semtimedop_time64 semctl msgget msgsnd msgrcv msgctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr mq_timedsend_time64 mq_timedreceive_time64
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark
memfd_create memfd_secret io_setup
vmsplice splice tee sendfile sendfile64
landlock_create_ruleset landlock_add_rule landlock_restrict_self
fork vfork execve execveat setsid setpgid
tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
mount umount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
unshare setns add_key request_key keyctl io_uring_setup io_uring_enter io_uring_register
bpf perf_event_open userfaultfd name_to_handle_at open_by_handle_at lookup_dcookie personality
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset
setuid32 setgid32 setreuid32 setregid32 setresuid32 setresgid32 setfsuid32 setfsgid32 setgroups32
swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module create_module
quotactl quotactl_fd acct syslog nfsservctl vhangup iopl ioperm modify_ldt sethostname setdomainname _sysctl uselib
set_mempolicy set_mempolicy_home_node mbind migrate_pages move_pages
"""

# Newer than many a libseccomp, with the same number on every architecture that we run on.
_NUMBERS = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467, "file_setattr": 469}
_NUMBERS |= {
    "close_range": 436,
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
}

_SOCK_STREAM_BITS = ((1, 0), (2, 2), (4, 4), (8, 8))  # (mask, value) that each say: the type is not SOCK_STREAM
# F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: signals to others, and making others wait. F_SETPIPE_SZ: what
# lies in a pipe is nobody's memory; a byte spliced into one (see above) keeps its whole page, which may be large.
_FCNTL_DENIED = (8, 10, 15, 1024, 1026, 1031)
_IOCTL_DENIED = (0x5412, 0x541C, 0x540E, 0x5410, 0x5423)  # TIOCSTI, TIOCLINUX, TIOCSCTTY, TIOCSPGRP, TIOCSETD
_IOCTL_LAST_TTY = 0x5460  # above lie chattr, fs-verity, FIOSETOWN, …, which need no more than an open file
# With a GPU, whose driver is asked by ioctl, only those: FIOSETOWN, SIOCSPGRP, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR,
# FS_IOC_ENABLE_VERITY, FICLONE, FICLONERANGE, FIDEDUPERANGE.
_IOCTL_FILES = (0x8901, 0x8902, 0x40086602, 0x401C5820, 0x40806685, 0x40049409, 0x4020940D, 0xC0189436)
# PR_SET_PDEATHSIG and PR_SET_DUMPABLE would shake off the host's kill and its memory samples; PR_SCHED_CORE schedules.
_PRCTL_DENIED = (1, 4, 62)
# A thread shares the process's descriptors: what is open, deleted files above all, can be counted from outside.
# For the same reason none travel (sendmsg), and no Landlock rule keeps a file that was deleted.
_CLONE_FLAGS = (0x10000, 0x400)  # CLONE_THREAD, CLONE_FILES
# CLONE_PARENT, and every new namespace: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
_CLONE_DENIED = (0x8000, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
_STARTING = ("fork", "vfork", "execve")  # allowed where programs are
_CLOSE_RANGE_UNSHARE = 2
_MAP_DENIED = (0x21, 0x100, 0x40000)  # shared anonymous, growing down, huge pages: no limit counts them
_MSG_OOB = (("sendto", 3), ("recvfrom", 3), ("recvmsg", 2), ("recvmmsg", 3))  # rare enough to be a source of bugs
_RLIMIT_CORE = 4
_INT = 0xFFFF_FFFF  # the kernel reads an int argument's low half only, so must the filter

_INSTRUCTION_BYTES = 8

_Arguments = tuple[tuple[int, ...], ...]  # ((index, comparison, value[, value]), …), all of which must hold
_Rule = tuple[int, str, _Arguments]  # action, call, arguments


class _Program(ctypes.Structure):
    """The kernel's `sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def available() -> bool:
    """Whether libseccomp is here and the kernel takes filters."""
    if sys.platform != "linux":
        return False
    try:
        import pyseccomp  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    # With no program the kernel says EFAULT where it knows filters, EINVAL where it does not.
    return bool(libc().prctl(_PR_SET_SECCOMP, _FILTER_MODE, 0, 0, 0) == -1) and ctypes.get_errno() == errno.EFAULT


def install(gpu: bool = False, processes: bool = False) -> None:
    """Load the filter into the calling thread, for good; only the calling process may then be signalled.

    `gpu`: its driver may be asked. `processes`: programs may be started, which stay in the caller's process group.

    Call `available` before the fork: importing pyseccomp runs a subprocess, and takes 25 ms; and `compiled`, which
    takes two. What depends on the process is a filter of its own: of two the stricter counts.
    """
    _filter(_signals(os.getpid())).load()
    code = compiled(gpu, processes)
    program = _Program(len(code) // _INSTRUCTION_BYTES, code)
    checked(libc().prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0), "seccomp")


@functools.cache
def compiled(gpu: bool = False, processes: bool = False) -> bytes:
    """The kernel's instructions for all that is the same in every process."""
    with os.fdopen(os.memfd_create("seccomp"), "w+b") as file:
        _filter(_rules(gpu, processes)).export_bpf(file)
        file.seek(0)
        return file.read()


def _filter(rules: Iterable[_Rule]) -> pyseccomp.SyscallFilter:
    import pyseccomp as scmp

    made = scmp.SyscallFilter(scmp.ALLOW)
    made.set_attr(scmp.Attr.ACT_BADARCH, scmp.KILL_PROCESS)
    for action, name, arguments in rules:
        if (number := _number(name)) is not None:
            made.add_rule(action, number, *(scmp.Arg(*argument) for argument in arguments))
    return made


def _number(name: str) -> int | None:
    import pyseccomp as scmp

    number: int = scmp.resolve_syscall(scmp.Arch.NATIVE, name)
    return number if number >= 0 else _NUMBERS.get(name)


def _signals(pid: int) -> Iterator[_Rule]:
    import pyseccomp as scmp

    for name in ("kill", "tgkill"):
        yield scmp.ERRNO(errno.EPERM), name, ((0, scmp.NE, pid),)


def _rules(gpu: bool, processes: bool) -> Iterator[_Rule]:
    import pyseccomp as scmp

    yield scmp.ERRNO(errno.ENOSYS), "clone3", ()  # libc falls back to clone, whose flags a filter can read
    # It takes gigabytes at once, and beyond the end of a file, where RLIMIT_FSIZE does not reach; libc falls back to
    # writing, which takes time.
    yield scmp.ERRNO(errno.EOPNOTSUPP), "fallocate", ()
    denied = scmp.ERRNO(errno.EPERM)
    for name in _DENIED.split():
        if not (processes and name in _STARTING):
            yield denied, name, ()
    for name, arguments in _conditional(gpu, processes):
        yield denied, name, arguments


def _conditional(gpu: bool, processes: bool) -> Iterator[tuple[str, _Arguments]]:
    """Calls that are denied with certain arguments only."""
    import pyseccomp as scmp

    masked, differs = scmp.MASKED_EQ, scmp.NE
    yield "socketpair", ((0, differs, 1),)  # AF_UNIX
    for mask, value in _SOCK_STREAM_BITS:
        yield "socketpair", ((1, masked, mask, value),)
    yield "prlimit64", ((0, differs, 0),)
    for flag in () if processes else _CLONE_FLAGS:
        yield "clone", ((0, masked, flag, 0),)
    for flag in _CLONE_DENIED:
        yield "clone", ((0, masked, flag, flag),)
    yield "close_range", ((2, masked, _CLOSE_RANGE_UNSHARE, _CLOSE_RANGE_UNSHARE),)
    yield "setrlimit", ((0, masked, _INT, _RLIMIT_CORE),)
    yield "prlimit64", ((1, masked, _INT, _RLIMIT_CORE), (2, differs, 0))
    for name, index in _MSG_OOB:
        yield name, ((index, masked, 1, 1),)
    for name in ("mmap", "mmap2"):
        for flags in _MAP_DENIED:
            yield name, ((3, masked, flags, flags),)
    if not gpu:
        yield "ioctl", ((1, scmp.GT, _IOCTL_LAST_TTY),)
    ioctl_denied = (*_IOCTL_DENIED, *(_IOCTL_FILES if gpu else ()))
    tables = (("fcntl", 1, _FCNTL_DENIED), ("fcntl64", 1, _FCNTL_DENIED), ("ioctl", 1, ioctl_denied))
    for name, index, values in (*tables, ("prctl", 0, _PRCTL_DENIED)):
        for value in values:
            yield name, ((index, masked, _INT, value),)
