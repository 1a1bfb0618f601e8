"""Temporary files: many, large, deep, hidden from the count, and hard to remove. None outlives its worker."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import LOOT, Attack, Ground, Harmless, why

ONE = ("test_keeps_dtype",)
LIMIT = "temporary file limit (256 MiB in 1,000 files): your code wrote more"
BIG = "os.posix_fallocate(os.open({}, os.O_RDWR | os.O_CREAT), 0, 200 << 20)"

TOO_MUCH = {
    "many files": "for i in range(10**6): os.close(os.open(f'f{i}', os.O_CREAT))",
    "many folders": "for i in range(10**6): os.mkdir(f'f{i}')",
    "many links": "for i in range(10**6): os.symlink('x', f'f{i}')",
    "large files": f"for i in range(99): {BIG.format('str(i)')}",
    "deep": "for i in range(10**6): os.mkdir('d'); os.chdir('d')",
    "deep, with long names": "for i in range(10**6): os.mkdir('d' * 255); os.chdir('d' * 255)",
    "beyond the longest path": (
        f"for i in range(20): os.mkdir('d' * 250); os.chdir('d' * 250)\n    for i in range(9): {BIG.format('str(i)')}"
    ),
    "deleted and open": f"for i in range(99): {BIG.format('str(i)')}; os.unlink(str(i))",
    "deleted and mapped": (
        "for i in range(99):\n"
        "        f = os.open('f', os.O_RDWR | os.O_CREAT); os.posix_fallocate(f, 0, 200 << 20)\n"
        "        kept.append(mmap.mmap(f, 4096)); os.unlink('f'); os.close(f)\n"
        "        for g in map(int, os.listdir('/proc/self/fd')): g > 4 and os.path.exists(f'/proc/self/fd/{g}')"
        " and os.close(g)"
    ),
    "without a name": ("for i in range(99): os.posix_fallocate(os.open('.', os.O_RDWR | os.O_TMPFILE), 0, 200 << 20)"),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_too_much(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(
        f"import mmap, os\nkept = []\ndef double(x):\n    {TOO_MUCH[kind]}\n    while True: pass\n", checks=ONE
    )
    assert why(report) == LIMIT
    assert_harmless(report)


def test_a_file_too_large(attack: Attack, assert_harmless: Harmless) -> None:
    report = attack("def double(x):\n    open('f', 'w').truncate(1 << 40)\n", checks=ONE)
    assert why(report) == "temporary file limit: your code made a file larger than it may be"
    assert_harmless(report)


LEFT = {
    "deep": "for i in range(3_000): os.mkdir('d'); os.chdir('d')",
    "deep and wide": "for i in range(500): os.mkdir('d'); os.mkdir('e'); os.symlink('d', 'f'); os.chdir('d')",
    "long names": "for i in range(40): os.mkdir('d' * 255); os.chdir('d' * 255)",
    "locked": "os.mkdir('d', 0o300); os.mkdir('d/e', 0); os.mkdir('d/f'); os.mkdir('d/f/g', 0)",
    "strange names": "[os.mkdir(name) for name in (b'\\xff\\n', b'-rf', b'*', b'\\x1b[2J', b' ', b'...', b'~')]",
    "links to what is hidden": "os.symlink({hidden!r}, 'a'); os.symlink('/', 'b'); os.mkdir('d'); "
    "os.symlink({hidden!r}, 'd/a'); os.symlink('../..', 'd/e')",
    "hard links": "os.close(os.open('f', os.O_CREAT)); [os.link('f', f'g{{i}}') for i in range(100)]",
    "from inside": "os.mkdir('d'); os.chdir('d'); os.rmdir('../d')",
}


@pytest.mark.parametrize("end", ["os._exit(0)", "return x"])
@pytest.mark.parametrize("kind", LEFT)
def test_what_is_left(attack: Attack, assert_harmless: Harmless, ground: Ground, kind: str, end: str) -> None:
    act = LEFT[kind].format(hidden=str(ground.hidden[0].parent)) if "{" in LEFT[kind] else LEFT[kind]
    assert_harmless(attack(f"import os\ndef double(x):\n    {act}\n    {end}\n", checks=ONE))


def test_the_next_worker_finds_nothing(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import os\n"
        f"print('{LOOT}', os.listdir('.')) if os.listdir('.') else None\n"
        "def double(x):\n"
        "    open('left', 'w').close()\n"
        "    os._exit(0)\n"
    )
    assert_harmless(attack(source))


def test_a_folder_that_turns_into_a_link_while_it_is_counted(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import os, threading\n"
        "def double(x):\n"
        "    os.mkdir('real')\n"
        "    os.symlink('/usr/lib', 'link')\n"
        "    import ctypes\n"
        "    libc = ctypes.CDLL(None)\n"
        "    while True:\n"
        "        libc.renameat2(-100, b'real', -100, b'link', 2)\n"
    )
    report = attack(source, checks=ONE, timeout=0.5)
    assert why(report).startswith("time limit")
    assert_harmless(report)


def test_the_directory_itself_stays_where_it_is(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {
        "renamed": "os.rename(os.getcwd(), os.getcwd() + '-moved')",
        "removed": "os.rmdir(os.getcwd())",
        "replaced": "os.symlink('/', os.path.dirname(os.getcwd()) + '/etude-link')",
        "a sibling": "os.mkdir(os.path.dirname(os.getcwd()) + '/etude-sibling')",
        "another's": "os.listdir(os.path.dirname(os.getcwd()))",
        "locked": "os.chmod('.', 0)",
        "owned by another": "os.chown('.', 1, 1)",
        "immutable": "__import__('fcntl').ioctl(os.open('.', 0), 0x40086602, b'\\x10\\0\\0\\0\\0\\0\\0\\0')",
        "pinned by a rule of Landlock": "syscall(444, struct.pack('<Q', 4), 8, 0)",
    }
    assert_harmless(raid(tries))
