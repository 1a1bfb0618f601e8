"""Graders, solutions and other people's attempts, by every way to a file: none can be read, listed or changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import Attack, Ground, Harmless, number

MODULES = (
    *("fcntl", "glob", "importlib.machinery", "importlib.util", "linecache", "runpy", "shutil", "sqlite3", "tokenize"),
    *("zipimport", "numpy"),
)
BEFORE = f"""
import {", ".join(MODULES)}
import numpy as np

FOLDER = os.path.dirname(PATH)
NAME = os.path.basename(PATH)

def folder():
    return os.open(FOLDER, os.O_PATH)

def through(link, target):
    if not os.path.islink(link):
        os.symlink(target, link)
    return link

def inside():
    os.chdir(FOLDER)
    try:
        return open(NAME).read()
    finally:
        os.chdir(HOME)

HOME = os.getcwd()
"""

READS = {
    "open": "open(PATH, 'rb').read()",
    "append": "open(PATH, 'ab')",
    "read and write": "open(PATH, 'r+b')",
    "NumPy": "np.fromfile(PATH, np.uint8)",
    "memory map": "np.memmap(PATH, np.uint8, 'r')",
    "C": "ctypes.CDLL(None).fopen(PATH.encode(), b'r') or 1 / 0",
    "path only": "open(f'/proc/self/fd/{os.open(PATH, os.O_PATH)}').read()",
    "read of path only": "os.read(os.open(PATH, os.O_PATH), 9)",
    "by folder": "os.read(os.open(NAME, os.O_RDONLY, dir_fd=folder()), 9)",
    "from inside": "inside()",
    "/proc/self/root": "open('/proc/self/root' + PATH).read()",
    "/proc/self/cwd": "open('/proc/self/cwd/../../../' + os.path.relpath(PATH, '/tmp')).read()",
    "/proc/self/task": "open(f'/proc/self/task/{os.getpid()}/root' + PATH).read()",
    "/proc/thread-self": "open('/proc/thread-self/root' + PATH).read()",
    "/proc/self/fd": "open(f'/proc/self/fd/{folder()}/{NAME}').read()",
    "upwards": "open('../' * 40 + PATH).read()",
    "symlink": "open(through('link', PATH)).read()",
    "symlinked folder": "open(through('folder', FOLDER) + '/' + NAME).read()",
    "symlink to the root": "open(through('root', '/') + PATH).read()",
    "symlink through /proc": "open(through('proc', '/proc/self/root') + PATH).read()",
    "hard link": "os.link(PATH, 'hard')",
    "hard link of a descriptor": "os.link(f'/proc/self/fd/{os.open(PATH, os.O_PATH)}', 'hard', follow_symlinks=True)",
    "move": "os.rename(PATH, 'moved')",
    "exchange": "open('mine', 'w').close() or syscall(RENAMEAT2, -100, b'mine', -100, PATH.encode(), 2)",
    "copy": "shutil.copyfile(PATH, 'copy')",
    "openat2": "syscall(OPENAT2, -100, PATH.encode(), struct.pack('<QQQ', 0, 0, 0), 24)",
    "handle": "syscall(NAME_TO_HANDLE_AT, -100, PATH.encode(), bytes(200), bytes(8), 0)",
    "open by handle": "syscall(OPEN_BY_HANDLE_AT, -100, struct.pack('<Ii8s', 8, 1, bytes(8)), 0)",
    "io_uring": "syscall(IO_URING_SETUP, 4, bytes(120))",
    "aio": "syscall(IO_SETUP, 4, ctypes.byref(ctypes.c_long(0)))",
    "a mount": "syscall(OPEN_TREE, -100, PATH.encode(), 1)",
    "a process": "os.posix_spawn('/bin/cat', ['cat', PATH], {})",
    "chroot": "os.chroot(FOLDER)",
    "import": "importlib.machinery.SourceFileLoader('x', PATH).get_data(PATH)",
    "import by name": "sys.path.insert(0, FOLDER) or __import__(NAME.partition('.')[0])",
    "compiled": "open(importlib.util.cache_from_source(PATH), 'rb').read()",
    "zip": "zipimport.zipimporter(PATH)",
    "run": "runpy.run_path(PATH)",
    "library": "ctypes.CDLL(PATH)",
    "database": "sqlite3.connect(f'file:{PATH}?mode=ro', uri=True).execute('select * from sqlite_master')",
    "lines": "linecache.getlines(PATH) or 1 / 0",
    "tokens": "tokenize.open(PATH).read()",
    "list": "os.listdir(FOLDER)",
    "list of path only": "os.listdir(folder())",
    "scan": "[*os.scandir(FOLDER)] or 1 / 0",
    "glob": "glob.glob(FOLDER + '/*') or 1 / 0",
    "walk": "[*os.walk(os.path.dirname(FOLDER))] or 1 / 0",
    "the root": "os.listdir('/')",
    "extended attributes": "os.setxattr(PATH, 'user.x', b'1')",
    "lock": "fcntl.flock(os.open(PATH, os.O_RDONLY), fcntl.LOCK_EX)",
    "watch": "syscall(INOTIFY_ADD_WATCH, syscall(INOTIFY_INIT1, 0), PATH.encode(), 1)",
}
CALLS = (
    *("renameat2", "openat2", "name_to_handle_at", "open_by_handle_at", "io_uring_setup", "io_setup", "open_tree"),
    *("inotify_add_watch", "inotify_init1"),
)


def setting(path: Path) -> str:
    numbers = "\n".join(f"{name.upper()} = {number(name)}" for name in CALLS)
    return f"{numbers}\nPATH = {str(path)!r}\n{BEFORE}"


def hidden_files(ground: Ground) -> dict[str, Path]:
    """One of each kind: every file of the shipped bank is tried in `test_shipped_bank`."""
    double = ground.catalog.get("double")
    (compiled,) = (path for path in ground.hidden if path.name.startswith("test_double.") and path.suffix == ".pyc")
    wrong = double.grader_folder / "wrong" / "absolute.py"
    kinds = {"grader": double.grader_path, "solution": double.solution_path, "wrong answer": wrong}
    return {**kinds, "compiled grader": compiled, "attempts": ground.attempts, "judge": Path(policy_file())}


def policy_file() -> str:
    from etude.sandbox import policy

    return policy.__file__


@pytest.mark.parametrize("kind", ["grader", "solution", "wrong answer", "compiled grader", "attempts", "judge"])
def test_every_way_is_refused(ground: Ground, raid: Attack, assert_harmless: Harmless, kind: str) -> None:
    assert_harmless(raid(READS, before=setting(hidden_files(ground)[kind])))


def test_all_of_the_bank(ground: Ground, raid: Attack, assert_harmless: Harmless) -> None:
    ways = ("open({!r}).read()", "open('/proc/self/root' + {!r}).read()", "os.listdir(os.path.dirname({!r}))")
    tries = {f"{path.name} {i}": way.format(str(path)) for path in ground.hidden for i, way in enumerate(ways)}
    assert_harmless(raid(tries))


def test_through_the_result(ground: Ground, attack: Attack, assert_harmless: Harmless) -> None:
    """Smuggled out as a value, a message, or printed: what cannot be read cannot be told."""
    path = str(ground.catalog.get("double").grader_path)
    for way in (
        "return text",
        "raise ValueError(text)",
        "print(text)",
        "return np.frombuffer(text.encode(), np.uint8)",
    ):
        source = (
            "import numpy as np\n"
            "def double(x):\n"
            "    try:\n"
            f"        text = open({path!r}).read()\n"
            "    except OSError as error:\n"
            "        text = str(error)\n"
            f"    {way}\n"
        )
        assert_harmless(attack(source))


def test_the_report_says_what_may_be_read(ground: Ground, attack: Attack, assert_harmless: Harmless) -> None:
    report = attack(f"def double(x):\n    open({str(ground.attempts)!r})\n", checks=("test_keeps_dtype",))
    assert report.checks[0].rationale is not None
    assert "PermissionError: [Errno 13] Permission denied" in report.checks[0].rationale.problem
    help = "Answers may read the libraries, and read and write only their own temporary directory."
    assert report.checks[0].help == help
    assert_harmless(report)


CHANGES = {
    "mode": "os.chmod(PATH, 0o777)",
    "mode of a descriptor": "os.fchmod(os.open(PATH, os.O_PATH), 0o777)",
    "owner": "os.chown(PATH, 1, 1)",
    "time": "os.utime(PATH, (0, 0))",
    "time of the folder": "os.utime(FOLDER, (0, 0))",
    "size": "os.truncate(PATH, 0)",
    "removed": "os.unlink(PATH)",
    "renamed": "os.rename(PATH, PATH + '-old')",
    "replaced": "open('mine', 'w').close() or os.replace('mine', PATH)",
    "journal beside it": "open(PATH + '-wal', 'w')",
    "link beside it": "os.symlink('/dev/null', PATH + '-journal')",
    "folder renamed": "os.rename(FOLDER, FOLDER + '-old')",
    "folder beside it": "os.mkdir(FOLDER + '/etude-attack')",
    "database": "sqlite3.connect(PATH).execute('create table t (x)')",
    "extended attribute": "os.setxattr(PATH, 'user.x', b'1')",
}


@pytest.mark.parametrize("kind", ["grader", "attempts"])
def test_nothing_can_be_changed(ground: Ground, raid: Attack, assert_harmless: Harmless, kind: str) -> None:
    assert_harmless(raid(CHANGES, before=setting(hidden_files(ground)[kind])))


def test_the_lock_of_speed_checks(ground: Ground, raid: Attack, assert_harmless: Harmless) -> None:
    """Whoever holds it keeps every host on the machine waiting."""
    ground.grade("def affine(x):\n    return 2 * x + 1\n", exercise="affine", speed=True)
    (lock,) = Path(ground.home).parent.glob("*.lock")
    tries = {how: f"fcntl.{how}(os.open({str(lock)!r}, os.O_RDONLY), fcntl.LOCK_EX)" for how in ("flock", "lockf")}
    tries["by a path only"] = f"fcntl.flock(os.open({str(lock)!r}, os.O_PATH), fcntl.LOCK_EX)"
    tries["replaced"] = f"os.rename({str(lock)!r}, 'lock')"
    assert_harmless(raid(tries, before="import fcntl"))
