"""Memory taken in every way there is: the worker goes, the machine and the judge do not notice."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, why

ONE = ("test_keeps_dtype",)
LIMIT = "memory limit (2 GiB): your code used more"

REFUSED_AT_ONCE = {
    "bytearray": "return bytearray(8 << 30)",
    "list": "return [0] * (1 << 31)",
    "text": "return 'x' * (4 << 30)",
    "NumPy": "return np.ones(1 << 30)",
    "NumPy, little by little": "return [np.empty(1 << 24) for _ in range(1 << 20)]",
    "private mapping": "return [mmap.mmap(-1, 1 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(9)]",
    "a subclass that allocates while it is read": (
        "return type('A', (float,), {'__float__': lambda self: np.ones(1 << 30)})()"
    ),
    "a message": "raise ValueError('x' * (3 << 30))",
}


@pytest.mark.parametrize("kind", REFUSED_AT_ONCE)
def test_heap(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"import mmap\nimport numpy as np\ndef double(x):\n    {REFUSED_AT_ONCE[kind]}\n", checks=ONE)
    if kind not in ("private mapping", "a subclass that allocates while it is read"):
        assert why(report) == LIMIT
    assert_harmless(report)


def test_memory_that_is_made_read_only(attack: Attack, assert_harmless: Harmless) -> None:
    """It leaves RLIMIT_DATA, and is seen in the set size."""
    source = (
        "import ctypes, mmap\n"
        "import numpy as np\n"
        "def double(x):\n"
        "    kept = []\n"
        "    while True:\n"
        "        kept.append(np.frombuffer(mmap.mmap(-1, 1 << 28, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS), np.uint8))\n"
        "        kept[-1][::4096] = 1\n"
        "        ctypes.CDLL(None).mprotect(ctypes.c_void_p(kept[-1].ctypes.data), ctypes.c_size_t(1 << 28), 1)\n"
    )
    report = attack(source, checks=ONE, timeout=2.5)
    assert why(report) == LIMIT or why(report).startswith("time limit")  # where the machine itself is short of memory
    assert_harmless(report)


def test_page_tables(attack: Attack, assert_harmless: Harmless) -> None:
    """Reading a byte of every 2 MiB of nothing costs no memory but the kernel's own, without a bound of its own."""
    source = (
        "import ctypes\n"
        "import numpy as np\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.mmap.restype = ctypes.c_void_p\n"
        "def double(x):\n"
        "    size = 4 << 40\n"
        "    start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))\n"
        "    libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)\n"
        "    pages = np.frombuffer((ctypes.c_ubyte * size).from_address(start), np.uint8)\n"
        "    for place in range(0, size, 1 << 34):\n"
        "        pages[place : place + (1 << 34) : 1 << 21].sum()\n"
    )
    report = attack(source, checks=ONE)
    assert why(report) == LIMIT
    assert_harmless(report)


SHARED = {
    "shared mapping": "mmap.mmap(-1, 4096)",
    "shared mapping of /dev/zero": "mmap.mmap(os.open('/dev/zero', os.O_RDWR), 4096)",
    "memfd": "os.memfd_create('x')",
    "shared memory": "shared_memory.SharedMemory(create=True, size=4096)",
    "multiprocessing.Value": "multiprocessing.Value('i', 0)",
    "a file in /dev/shm": "open('/dev/shm/etude-attack', 'w')",
    "huge pages": "mmap.mmap(-1, 1 << 21, 0x40022)",
    "System V": "syscall(29, 0, 4096, 0o1600)",
    "memfd_secret": "syscall(447, 0)",
    "rings of io_setup": "syscall(206, 65_000, ctypes.byref(ctypes.c_long(0)))",
}


def test_shared_memory_is_refused(raid: Attack, assert_harmless: Harmless) -> None:
    assert_harmless(raid(SHARED, before="import mmap, multiprocessing\nfrom multiprocessing import shared_memory"))


@pytest.mark.parametrize("kind", ["shared mapping", "memfd", "shared memory", "multiprocessing.Value"])
def test_what_the_report_says_of_it(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    modules = "import mmap, multiprocessing, os\nfrom multiprocessing import shared_memory\n"
    report = attack(f"{modules}def double(x):\n    {SHARED[kind]}\n", checks=ONE)
    assert "your code tried to share memory" in why(report)
    assert report.checks[0].help == "Answers run in one process."
    assert_harmless(report)


def test_a_mapped_file_counts_as_a_file(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import numpy as np\n"
        "def double(x):\n"
        "    kept = [np.memmap(f'f{i}', np.uint8, 'w+', shape=200 << 20) for i in range(9)]\n"
        "    for array in kept:\n"
        "        array[::4096] = 1\n"
        "    while True: pass\n"
    )
    report = attack(source, checks=ONE)
    assert why(report).startswith("temporary file limit (256 MiB in 1,000 files)")
    assert_harmless(report)


def test_limits_cannot_be_raised(raid: Attack, assert_harmless: Harmless) -> None:
    limits = ("DATA", "CPU", "FSIZE", "NOFILE", "MEMLOCK", "CORE")
    tries = {name: f"resource.setrlimit(resource.RLIMIT_{name}, (1 << 40, 1 << 40))" for name in limits}
    tries["soft only"] = "resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, resource.RLIM_INFINITY))"
    tries["prlimit"] = "resource.prlimit(0, resource.RLIMIT_DATA, (1 << 40, 1 << 40))"
    tries["core dumps for the system's crash handler"] = "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"
    assert_harmless(raid(tries, before="import resource"))


def test_a_lowered_limit_hurts_the_answer_only(attack: Attack, assert_harmless: Harmless) -> None:
    lowered = "resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0)); resource.setrlimit(resource.RLIMIT_DATA, (0, 0))"
    assert_harmless(attack(f"import resource\ndef double(x):\n    {lowered}\n    return bytearray(1 << 20)\n"))


def test_the_processor_time_limit_says_so(attack: Attack, assert_harmless: Harmless) -> None:
    lowered = "resource.setrlimit(resource.RLIMIT_CPU, (0, resource.getrlimit(resource.RLIMIT_CPU)[1]))"
    report = attack(f"import resource\ndef double(x):\n    {lowered}\n    while True: pass\n", checks=ONE)
    assert why(report) == "your code was ended by the processor time limit"
    assert_harmless(report)
