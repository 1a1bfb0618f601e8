"""Attempts to start a process, in every way that Python, libc and the kernel offer."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, number, why

STARTED = {
    "os.fork": "os.fork()",
    "os.forkpty": "os.forkpty()",
    "os.posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "os.execv": "os.execv('/bin/true', ['true'])",
    "os.spawnv": "os.spawnv(os.P_NOWAIT, '/bin/true', ['true'])",
    "os.popen": "os.popen('true').read()",
    "subprocess": "subprocess.run(['true'])",
    "subprocess, shell": "subprocess.run('true', shell=True)",
    "multiprocessing, fork": "multiprocessing.get_context('fork').Process(target=print).start()",
    "multiprocessing, spawn": "multiprocessing.get_context('spawn').Process(target=print).start()",
    "multiprocessing, forkserver": "multiprocessing.get_context('forkserver').Process(target=print).start()",
    "multiprocessing.Pool": "multiprocessing.Pool(2)",
    "multiprocessing.Manager": "multiprocessing.Manager()",
    "concurrent.futures": "concurrent.futures.ProcessPoolExecutor(2).submit(print).result()",
    "asyncio": "asyncio.run(asyncio.create_subprocess_exec('true'))",
}
MODULES = "import asyncio, concurrent.futures, multiprocessing, os, pty, subprocess\n"


@pytest.mark.parametrize("kind", [kind for kind in STARTED if kind not in ("os.forkpty", "os.spawnv")])
def test_the_report_says_that_answers_run_in_one_process(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"{MODULES}def double(x):\n    {STARTED[kind]}\n    return x\n", checks=("test_keeps_dtype",))
    assert why(report).startswith("your code tried to start a process (PermissionError: ")
    assert report.checks[0].help == "Answers run in one process."
    assert_harmless(report)


def test_at_import(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack(f"{MODULES}subprocess.run(['true'])\ndef double(x):\n    return x\n")
    assert why(report).startswith("your code tried to start a process")
    assert_harmless(report)


def test_none_starts(raid: Attack, assert_harmless: Harmless) -> None:
    assert_harmless(raid(STARTED, before=MODULES))


def test_none_starts_from_libc(raid: Attack, assert_harmless: Harmless) -> None:
    """These return a failure instead of raising."""
    tries = {
        "system": "LIBC.system(b'true') == 0 or 1 / 0",
        "popen": "LIBC.popen(b'true', b'r') or 1 / 0",
        "fork": "LIBC.fork() >= 0 or 1 / 0",
        "vfork": "LIBC.vfork() >= 0 or 1 / 0",
        "daemon": "LIBC.daemon(1, 1) == 0 or 1 / 0",
        "posix_spawn": "LIBC.posix_spawn(None, b'/bin/true', None, None, ARGV, None) == 0 or 1 / 0",
        "os.system": "os.system('true') == 0 or 1 / 0",
    }
    assert_harmless(raid(tries, before="ARGV = (ctypes.c_char_p * 2)(b'true', None)"))


def test_none_starts_from_the_kernel(raid: Attack, assert_harmless: Harmless) -> None:
    clone, clone3, execve, execveat = (number(name) for name in ("clone", "clone3", "execve", "execveat"))
    tries = {
        "fork": f"syscall({number('fork')})",
        "vfork": f"syscall({number('vfork')})",
        "clone": f"syscall({clone}, 17, 0, 0, 0, 0)",
        "clone with memory shared": f"syscall({clone}, 0x100 | 0x4000 | 17, 0, 0, 0, 0)",
        "clone with the parent's parent": f"syscall({clone}, 0x8000 | 17, 0, 0, 0, 0)",
        "clone into a new user namespace": f"syscall({clone}, 0x10000000 | 17, 0, 0, 0, 0)",
        "clone with the upper half set": f"syscall({clone}, 1 << 40 | 17, 0, 0, 0, 0)",
        "clone3": f"syscall({clone3}, struct.pack('<11Q', 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0), 88)",
        "execve": f"syscall({execve}, b'/bin/true', ctypes.byref(ARGV), None)",
        "execveat": f"syscall({execveat}, -100, b'/bin/true', ctypes.byref(ARGV), None, 0)",
        "thread with descriptors of its own": f"syscall({clone}, 0x10000 | 0x800 | 0x100, 0, 0, 0, 0)",
        "unshare": f"syscall({number('unshare')}, 0x400)",
        "setsid": "os.setsid()",
        "setpgid": "os.setpgid(0, os.getppid())",
    }
    assert_harmless(raid(tries, before="ARGV = (ctypes.c_char_p * 2)(b'true', None)"))


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("fork by its 32-bit number", "b8 02 00 00 00 cd 80 c3"),  # mov eax, 2; int 0x80; ret
        ("fork by its x32 number", "b8 39 00 00 40 0f 05 c3"),  # mov eax, 0x40000039; syscall; ret
    ],
)
def test_other_calling_conventions_end_the_worker(
    attack: Attack, assert_harmless: Harmless, what: str, code: str
) -> None:
    if number("vfork") != 58:
        pytest.skip("machine code for x86-64")
    source = (
        "import ctypes, mmap\n"
        "def double(x):\n"
        "    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)\n"
        f"    page.write(bytes.fromhex('{code}'))\n"
        "    ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()\n"
        "    return x\n"
    )
    report = attack(source)
    assert "SIGSYS: it made a system call in a way that no answer needs" in why(report)
    assert_harmless(report)


def test_a_fork_bomb(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import os\n"
        "def double(x):\n"
        "    for _ in range(10_000):\n"
        "        try:\n"
        "            os.fork()\n"
        "        except OSError:\n"
        "            pass\n"
        "    return x\n"
    )
    assert_harmless(attack(source))
