"""/proc: a worker sees itself there, and neither host, zygote nor anybody else; and what it holds open is its own."""

from __future__ import annotations

import os

import pytest

from tests.attacks.conftest import Attack, Ground, Harmless

FILES = (
    *("environ", "cmdline", "maps", "smaps", "smaps_rollup", "mem", "auxv", "stat", "status", "statm", "io", "limits"),
    *("mountinfo", "cgroup", "stack", "wchan", "syscall", "pagemap", "comm", "sched", "oom_score_adj", "clear_refs"),
)
LINKS = ("root", "cwd", "exe", "fd/0", "fd/1", "fd/3", "fd/4", "fd/5", "ns/user", "ns/mnt")
FOLDERS = ("", "root/", "cwd/", "fd", "fdinfo", "task", "map_files", "ns", "net")


@pytest.mark.parametrize("whose", ["host", "zygote", "client", "init", "parent"])
def test_other_processes(ground: Ground, raid: Attack, assert_harmless: Harmless, whose: str) -> None:
    pids = {"host": ground.host, "zygote": ground.zygote, "client": os.getpid(), "init": 1, "parent": "{os.getppid()}"}
    place = f"f'/proc/{pids[whose]}/"
    hidden = str(ground.catalog.get("double").grader_path)
    tries = {f"read {name}": f"open({place}{name}', 'rb').read(1)" for name in FILES}
    tries |= {f"link {name}": f"os.readlink({place}{name}')" for name in LINKS}
    tries |= {f"list {name}": f"os.listdir({place}{name}')" for name in FOLDERS}
    tries |= {f"write {name}": f"open({place}{name}', 'wb')" for name in ("mem", "oom_score_adj", "comm", "clear_refs")}
    tries |= {f"through {name}": f"open({place}{name}{hidden}').read()" for name in ("root", "task/1/root", "cwd")}
    assert_harmless(raid(tries))


def test_the_system(raid: Attack, assert_harmless: Harmless) -> None:
    names = (
        *("kallsyms", "kcore", "keys", "modules", "sched_debug", "timer_list", "locks", "1/maps"),
        *("sys/kernel/core_pattern", "sys/kernel/pid_max", "sysvipc/shm", "partitions", "sysrq-trigger"),
    )
    tries = {name: f"open('/proc/{name}').read(1)" for name in names}
    tries |= {"list": "os.listdir('/proc')", "list /sys": "os.listdir('/sys')", "list /dev": "os.listdir('/dev')"}
    tries |= {
        path: f"open({path!r}, 'rb').read(1)" for path in ("/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/vda", "/dev/ptmx")
    }
    tries |= {path: f"open({path!r}, 'rb').read(1)" for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/run")}
    tries |= {"sysfs": "open('/sys/devices/system/cpu/cpu1/online', 'w')"}
    assert_harmless(raid(tries))


def test_its_own_can_be_read_and_tells_nothing(ground: Ground, attack: Attack, assert_harmless: Harmless) -> None:
    """Environment and command line are the host's from before it knew of any exercise."""
    source = (
        "def double(x):\n"
        "    for name in ('environ', 'cmdline', 'status'):\n"
        "        print(open(f'/proc/self/{name}').read(), flush=True)\n"
        "    return x\n"
    )
    report = attack(source)
    assert "PATH=" in report.checks[0].output
    assert str(ground.catalog.banks[0]) not in report.checks[0].output
    assert_harmless(report)


def test_its_own_cannot_be_written(raid: Attack, assert_harmless: Harmless) -> None:
    names = ("mem", "oom_score_adj", "comm", "clear_refs", "coredump_filter", "uid_map", "setgroups", "attr/current")
    assert_harmless(raid({name: f"open('/proc/self/{name}', 'wb')" for name in names}))


def test_descriptors(attack: Attack, assert_harmless: Harmless) -> None:
    """Empty input, the output twice, and the wire."""
    source = (
        "import os, stat\n"
        "KINDS = {stat.S_IFREG: 'file', stat.S_IFCHR: 'device', stat.S_IFSOCK: 'socket'}\n"
        "def double(x):\n"
        "    found = []\n"
        "    for number in range(1 << 16):\n"
        "        try:\n"
        "            found.append(f'{number} {KINDS[stat.S_IFMT(os.fstat(number).st_mode)]}')\n"
        "        except OSError:\n"
        "            pass\n"
        "    print(*found, sep=', ')\n"
        "    return x\n"
    )
    report = attack(source)
    assert report.checks[0].output == "0 device, 1 file, 2 file, 3 socket\n"
    assert_harmless(report)


def test_descriptors_lead_nowhere(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {
        "the output, opened anew": "open('/proc/self/fd/1').read()",
        "the output's folder": "os.listdir('/proc/self/fd/1/..')",
        "the wire's other end": "socket.socket(fileno=os.dup(3)).getpeername() or 1 / 0",
        "the wire, opened anew": "open('/proc/self/fd/3')",
        "the wire's neighbours": "open('/proc/self/net/unix').read(1) and os.open('/tmp', 0)",
        "input": "os.read(0, 1) or 1 / 0",
        "a mapping's file": "open('/proc/self/map_files/' + sorted(os.listdir('/proc/self/map_files'))[0], 'r+b')",
    }
    assert_harmless(raid(tries))
