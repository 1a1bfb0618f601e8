"""Signals, tracing, memory, limits and scheduling of the host, the zygote, the client and sibling workers."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.attacks.conftest import Attack, Ground, Harmless, number


@pytest.fixture(scope="module")
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of the same user: it would be ended by the mildest of signals."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def victims(ground: Ground, bystander: subprocess.Popen[bytes]) -> dict[str, int]:
    return {"host": ground.host, "zygote": ground.zygote, "client": os.getpid(), "bystander": bystander.pid, "init": 1}


SIGNALS = {
    "kill": "os.kill({pid}, {signal})",
    "killpg": "os.killpg(os.getpgid({pid}), {signal})",
    "kill the group": "os.kill(-{pid}, {signal})",
    "kill, upper half set": "syscall({kill}, {pid} | 1 << 32, {signal})",
    "tgkill": "syscall({tgkill}, {pid}, {pid}, {signal})",
    "tkill": "syscall({tkill}, {pid}, {signal})",
    "sigqueue": "LIBC.sigqueue({pid}, {signal}, 0) == 0 or 1 / 0",
    "rt_sigqueueinfo": "syscall({rt_sigqueueinfo}, {pid}, {signal}, INFO)",
    "rt_tgsigqueueinfo": "syscall({rt_tgsigqueueinfo}, {pid}, {pid}, {signal}, INFO)",
    "pidfd": "signal.pidfd_send_signal(os.pidfd_open({pid}), {signal})",
    "/proc": "signal.pidfd_send_signal(os.open('/proc/{pid}', os.O_PATH), {signal})",
    "owner of a socket": "fcntl.fcntl(PAIR[0], fcntl.F_SETOWN, {pid})",
    "owner of a socket, by ioctl": "fcntl.ioctl(PAIR[0], 0x8901, struct.pack('<i', {pid}))",
    "owner of a pipe": "fcntl.fcntl(PIPE[0], 15, struct.pack('<ii', 1, {pid}))",
    "signal of a pipe": "fcntl.fcntl(PIPE[0], 10, {signal})",
    "signal at the parent's death": "LIBC.prctl(1, {signal}) == 0 or 1 / 0",
    "message queue": "syscall({mq_open}, b'x', 0o102, 0o600, None)",
}
WITH = "import fcntl\nPAIR, PIPE, INFO = socket.socketpair(), os.pipe(), struct.pack('<iii116x', 15, 0, -1)"
NEED = ("kill", "tgkill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "mq_open")


def filled(tries: dict[str, str], names: tuple[str, ...], **values: object) -> dict[str, str]:
    numbers = {name: number(name) for name in names}
    return {label: source.format(**numbers, **values) for label, source in tries.items()}


@pytest.mark.parametrize("whom", ["host", "zygote", "client", "bystander", "init"])
@pytest.mark.parametrize("signal", [0, 15, 19])
def test_signals(
    ground: Ground,
    bystander: subprocess.Popen[bytes],
    raid: Attack,
    assert_harmless: Harmless,
    whom: str,
    signal: int,
) -> None:
    tries = filled(SIGNALS, NEED, pid=victims(ground, bystander)[whom], signal=signal)
    assert_harmless(raid(tries, before=WITH))
    assert bystander.poll() is None


def test_signals_to_everybody(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {
        "all": "os.kill(-1, 15)",
        "its group": "os.kill(0, 15)",
        "its parent": "os.kill(os.getppid(), 15)",
        "its neighbours": "[os.kill(os.getpid() + i, 15) for i in range(-9, 10) if i]",
        "a new group": "os.setpgid(0, 0)",
        "its parent's group": "os.setpgid(0, os.getppid())",
        "terminal": "os.tcsetpgrp(0, os.getppid())",
        "type at the terminal": "__import__('fcntl').ioctl(0, 0x5412, b'x')",
    }
    assert_harmless(raid(tries))


OTHERS = {
    "ptrace, attach": "syscall({ptrace}, 16, {pid}, 0, 0)",
    "ptrace, seize": "syscall({ptrace}, 0x4206, {pid}, 0, 0)",
    "be traced": "syscall({ptrace}, 0, 0, 0, 0)",
    "be traced by anybody": "syscall({ptrace}, 0, {pid}, 0, 0)",
    "read memory": "syscall({process_vm_readv}, {pid}, VECTOR, 1, VECTOR, 1, 0)",
    "write memory": "syscall({process_vm_writev}, {pid}, VECTOR, 1, VECTOR, 1, 0)",
    "advise on memory": "syscall({process_madvise}, os.pidfd_open({pid}), VECTOR, 1, 20, 0)",
    "release memory": "syscall({process_mrelease}, os.pidfd_open({pid}), 0)",
    "/proc/<pid>/mem": "open('/proc/{pid}/mem', 'r+b')",
    "descriptor": "syscall({pidfd_getfd}, os.pidfd_open({pid}), 3, 0)",
    "compare": "syscall({kcmp}, os.getpid(), {pid}, 0, 0, 0)",
    "move pages": "syscall({move_pages}, {pid}, 0, None, None, None, 0)",
    "migrate pages": "syscall({migrate_pages}, {pid}, 0, None, None)",
    "limits": "resource.prlimit({pid}, resource.RLIMIT_NOFILE)",
    "new limits": "resource.prlimit({pid}, resource.RLIMIT_CPU, (1, 1))",
    "limits, upper half set": "syscall({prlimit64}, {pid} | 1 << 32, 7, None, bytearray(16) and None)",
    "priority": "os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
    "priority of the user": "os.setpriority(os.PRIO_USER, os.getuid(), 19)",
    "scheduler": "os.sched_setscheduler({pid}, os.SCHED_IDLE, os.sched_param(0))",
    "scheduler parameters": "os.sched_setparam({pid}, os.sched_param(0))",
    "scheduler attributes": "syscall({sched_setattr}, {pid}, bytes(56), 0)",
    "processors": "os.sched_setaffinity({pid}, [0])",
    "input and output": "syscall({ioprio_set}, 1, {pid}, 3 << 13)",
    "group": "os.setpgid({pid}, {pid})",
    "namespaces": "syscall({setns}, os.pidfd_open({pid}), 0x20000)",
    "core scheduling": "LIBC.prctl(62, 1, {pid}, 0, 0) == 0 or 1 / 0",
    "killed first": "open('/proc/{pid}/oom_score_adj', 'w').write('1000')",
}
SETTING = "import resource\nVECTOR = struct.pack('<QQ', id(os), 8)"
OTHER_CALLS = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "pidfd_getfd", "kcmp"),
    *("move_pages", "migrate_pages", "prlimit64", "sched_setattr", "ioprio_set", "setns"),
)


@pytest.mark.parametrize("whom", ["host", "zygote", "client", "bystander", "init"])
def test_reaching_into_others(
    ground: Ground, bystander: subprocess.Popen[bytes], raid: Attack, assert_harmless: Harmless, whom: str
) -> None:
    pid = victims(ground, bystander)[whom]

    def state() -> tuple[object, ...]:
        limits = [resource.prlimit(pid, limit) for limit in (resource.RLIMIT_CPU, resource.RLIMIT_NOFILE)]
        return (*limits, os.getpriority(os.PRIO_PROCESS, pid), os.sched_getscheduler(pid), os.sched_getaffinity(pid))

    before = state()
    assert_harmless(raid(filled(OTHERS, OTHER_CALLS, pid=pid), before=SETTING))
    assert state() == before
    assert bystander.poll() is None


def test_its_own_scheduling(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {
        "nice": "os.nice(-1)",
        "nicer": "os.nice(1)",
        "real time": "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        "batch": "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
        "one processor": "os.sched_setaffinity(0, [0])",
        "limit on real time": "__import__('resource').setrlimit(14, (99, 99))",
    }
    assert_harmless(raid(tries))


def test_what_would_shake_off_the_hosts_watch(raid: Attack, assert_harmless: Harmless) -> None:
    """Its kill with the zygote, and the samples of its memory."""
    tries = {
        "outlive the zygote": "LIBC.prctl(1, 0, 0, 0, 0) == 0 or 1 / 0",
        "no more to be sampled": "LIBC.prctl(4, 0, 0, 0, 0) == 0 or 1 / 0",
        "new credentials": "os.setresuid(os.getuid(), os.getuid(), os.getuid())",
        "capabilities": f"syscall({number('capset')}, struct.pack('<Ii', 0x20080522, 0), bytes(24))",
        "securebits": "LIBC.prctl(28, 1, 0, 0, 0) == 0 or 1 / 0",
        "ambient capability": "LIBC.prctl(47, 2, 21, 0, 0) == 0 or 1 / 0",
        "new privileges": "LIBC.prctl(38, 0, 0, 0, 0) == 0 or 1 / 0",
    }
    assert_harmless(raid(tries))


def test_a_name_that_breaks_what_reads_it(attack: Attack, assert_harmless: Harmless) -> None:
    """The host finds threads and memory in /proc/<pid>/stat, where the name stands in parentheses."""
    source = (
        "import ctypes, threading\n"
        "ctypes.CDLL(None).prctl(15, b') Z 1 1\\n) (', 0, 0, 0)\n"
        "threading.stack_size(1 << 15)\n"
        "def double(x):\n"
        "    while True:\n"
        "        threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    report = attack(source, checks=("test_keeps_dtype",))
    assert report.checks[0].rationale is not None
    assert report.checks[0].rationale.problem.startswith("thread limit")
    assert_harmless(report)
