"""One attack for each class of system call that a worker may not make, through the whole judge.

`tests/policy/test_calls.py` makes every single one, as root and as an ordinary user.
"""

from __future__ import annotations

import time

import pytest

from tests.attacks.conftest import Attack, Harmless, number

CLASSES = {
    "permissions": {
        "chmod": "os.chmod('.', 0o777)",
        "fchmod": "os.fchmod(1, 0o777)",
        "fchmodat2": "syscall({fchmodat2}, -100, b'.', 0o777, 0)",
        "chown": "os.chown('.', 1, 1)",
        "setxattr": "os.setxattr('.', 'user.x', b'1')",
        "setuid": "os.setuid(65534)",
        "setgroups": "os.setgroups([])",
        "capset": "syscall({capset}, struct.pack('<Ii', 0x20080522, 0), bytes(24))",
    },
    "times of files": {
        "utime": "os.utime('.', (0, 0))",
        "utimensat": "syscall({utimensat}, -100, b'.', None, 0)",
        "futimesat": "syscall({futimesat}, -100, b'.', None)",
    },
    "clocks": {
        "clock_settime": "time.clock_settime(time.CLOCK_REALTIME, 0)",
        "settimeofday": "syscall({settimeofday}, struct.pack('<qq', 0, 0), None)",
        "adjtimex": "syscall({adjtimex}, struct.pack('<I204x', 0x8000))",
        "clock_adjtime": "syscall({clock_adjtime}, 0, struct.pack('<I204x', 0x8000))",
    },
    "System V and message queues": {
        "shmget": "syscall({shmget}, 0, 4096, 0o1600)",
        "semget": "syscall({semget}, 0, 1, 0o1600)",
        "msgget": "syscall({msgget}, 0, 0o1600)",
        "mq_open": "syscall({mq_open}, b'x', 0o102, 0o600, None)",
    },
    "watching": {
        "inotify": "syscall({inotify_init1}, 0)",
        "fanotify": "syscall({fanotify_init}, 0, 0)",
        "dnotify": "__import__('fcntl').fcntl(os.open('.', 0), 1026, 1)",
        "lease": "__import__('fcntl').fcntl(os.open('f', 0o102), 1024, 0)",
        "perf": "syscall({perf_event_open}, bytes(128), 0, -1, -1, 0)",
        "bpf": "syscall({bpf}, 0, bytes(128), 128)",
        "userfaultfd": "syscall({userfaultfd}, 1)",
    },
    "mounts and namespaces": {
        "mount": "syscall({mount}, b'none', b'.', b'tmpfs', 0, None)",
        "umount": "syscall({umount2}, b'/', 2)",
        "open_tree": "syscall({open_tree}, -100, b'.', 1)",
        "fsopen": "syscall({fsopen}, b'tmpfs', 0)",
        "mount_setattr": "syscall({mount_setattr}, -100, b'.', 0, bytes(32), 32)",
        "pivot_root": "syscall({pivot_root}, b'.', b'.')",
        "chroot": "os.chroot('.')",
        "unshare": "syscall({unshare}, 0x10000000)",
        "unshare descriptors": "syscall({close_range}, 1000, 1001, 2)",
        "setns": "syscall({setns}, os.open('/proc/self/ns/mnt', 0), 0)",
    },
    "keys": {
        "add_key": "syscall({add_key}, b'user', b'x', b'y', 1, -3)",
        "request_key": "syscall({request_key}, b'user', b'x', None, -3)",
        "keyctl": "syscall({keyctl}, 0, -3, 0)",
    },
    "asynchronous calls": {
        "io_uring_setup": "syscall({io_uring_setup}, 4, bytes(120))",
        "io_uring_enter": "syscall({io_uring_enter}, 3, 0, 0, 0, None, 0)",
        "io_setup": "syscall({io_setup}, 4, ctypes.byref(ctypes.c_long(0)))",
    },
    "files by other means": {
        "mknod": "os.mknod('x', 0o020600, os.makedev(1, 3))",
        "mkfifo": "os.mkfifo('x')",
        "handle": "syscall({name_to_handle_at}, -100, b'.', bytes(200), bytes(8), 0)",
        "open by handle": "syscall({open_by_handle_at}, -100, bytes(16), 0)",
        "attributes": "__import__('fcntl').ioctl(os.open('.', 0), 0x40086602, bytes(8))",
        "Landlock": "syscall({landlock_create_ruleset}, struct.pack('<Q', 4), 8, 0)",
        "quota": "syscall({quotactl}, 0, None, 0, None)",
        "swap": "syscall({swapon}, b'x', 0)",
        "accounting": "syscall({acct}, None)",
    },
    "memory of the machine": {
        "mbind": "syscall({mbind}, 0, 0, 0, None, 0, 0)",
        "set_mempolicy": "syscall({set_mempolicy}, 0, None, 0)",
        "memfd_secret": "syscall({memfd_secret}, 0)",
        "growing down": "syscall({mmap}, 0, 4096, 3, 0x122, -1, 0)",
        "poison": "LIBC.madvise(ctypes.c_void_p(id(os) // 4096 * 4096), 4096, 100) == 0 or 1 / 0",
        "lock": "LIBC.mlock(ctypes.create_string_buffer(1 << 20), 1 << 20) == 0 or 1 / 0",
        "core dumps": "__import__('resource').setrlimit(4, (0, 0))",
    },
    "memory that no set size holds": {
        "vmsplice": "syscall({vmsplice}, os.pipe()[1], struct.pack('<QQ', id(os), 1), 1, 0)",
        "splice": "(lambda a, b: (os.write(a[1], b'1'), os.splice(a[0], b[1], 1)))(os.pipe(), os.pipe())",
        "tee": "(lambda a, b: (os.write(a[1], b'1'), syscall({tee}, a[0], b[1], 1, 0)))(os.pipe(), os.pipe())",
        "sendfile": "(lambda f: (os.write(f, b'1'), os.sendfile(os.pipe()[1], f, 0, 1)))(os.open('f', 0o102))",
        "a large pipe": "__import__('fcntl').fcntl(os.pipe()[1], 1031, 1 << 20)",
    },
    "the machine": {
        "reboot": "syscall({reboot}, 0, 0, 0, None)",
        "host name": "socket.sethostname('x')",
        "kernel log": "syscall({syslog}, 3, ctypes.create_string_buffer(99), 99)",
        "modules": "syscall({finit_module}, 1, b'', 0)",
        "kexec": "syscall({kexec_load}, 0, 0, None, 0)",
        "ports": "syscall({iopl}, 3)",
        "personality": "syscall({personality}, 0x0040000)",
        "hangup": "syscall({vhangup},)",
        "session": "os.setsid()",
    },
}


class Numbers(dict[str, int]):
    def __missing__(self, name: str) -> int:
        return number(name)


@pytest.mark.parametrize("kind", CLASSES)
def test_refused(raid: Attack, assert_harmless: Harmless, kind: str) -> None:
    before = time.time() - time.monotonic()
    tries = {name: source.format_map(Numbers()) for name, source in CLASSES[kind].items()}
    assert_harmless(raid(tries))
    assert abs(time.time() - time.monotonic() - before) < 60  # nobody has set the clock


@pytest.mark.parametrize(
    "act",
    ["os.nice(5)", "os.chmod('.', 0)", "os.utime('.')", "time.clock_settime(0, 0)", "os.kill(os.getppid(), 9)"],
)
def test_the_report_says_what_answers_are_for(attack: Attack, assert_harmless: Harmless, act: str) -> None:
    report = attack(f"import os, time\ndef double(x):\n    {act}\n    return x\n", checks=("test_keeps_dtype",))
    rationale = report.checks[0].rationale
    assert rationale is not None
    assert rationale.problem.startswith("your code raised PermissionError: [Errno 1] Operation not permitted")
    assert report.checks[0].help is not None
    assert report.checks[0].help.startswith("Answers compute.")
    assert_harmless(report)
