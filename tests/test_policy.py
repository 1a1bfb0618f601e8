"""What a worker may do, tried from inside one: each test forks a child, confines it and lets it try."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import importlib.util
import os
import pickle
import resource
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

import etude.report
from etude.sandbox import landlock, limits, policy, seccomp

pytestmark = pytest.mark.skipif(policy.available().level != "kernel", reason="no Landlock or no seccomp here")

NOBODY = 65534
PACKAGE = Path(etude.report.__file__).parent
REFUSED = (errno.EACCES, errno.EPERM, errno.EXDEV)

# judge.md's list, call by call; each is made with zeros for arguments.
DENIED = """
socket connect bind listen accept accept4 sendmsg sendmmsg
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr
utime utimes utimensat futimesat mknod mknodat
setpriority sched_setscheduler sched_setparam sched_setattr sched_setaffinity ioprio_set
clock_settime clock_adjtime adjtimex settimeofday
shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv msgctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_init fanotify_mark
memfd_create memfd_secret io_setup landlock_create_ruleset landlock_add_rule landlock_restrict_self
fork vfork clone execve execveat setsid setpgid
kill tgkill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_send_signal pidfd_getfd
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr
unshare setns add_key request_key keyctl io_uring_setup io_uring_enter io_uring_register
bpf perf_event_open userfaultfd name_to_handle_at open_by_handle_at personality
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset
swapon swapoff reboot kexec_load init_module finit_module delete_module quotactl acct syslog vhangup
iopl ioperm modify_ldt sethostname setdomainname set_mempolicy mbind migrate_pages move_pages
""".split()  # noqa: SIM905 - a list of strings would take three pages

HIGH = 1 << 32  # the kernel ignores the upper half of an int argument; a filter must not be fooled by it
# (call, arguments) that are denied where other arguments are not.
DENIED_BY_ARGUMENT = {
    "socketpair of another family": ("socketpair", (socket.AF_INET, socket.SOCK_STREAM, 0, 0)),
    "socketpair of datagrams": ("socketpair", (socket.AF_UNIX, socket.SOCK_DGRAM, 0, 0)),
    "socketpair of packets": ("socketpair", (socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_CLOEXEC, 0, 0)),
    "limits of another process": ("prlimit64", (1, 0, 0, 0)),
    "signal to the group": ("kill", (0, 0)),
    "signal to all": ("kill", (-1, 0)),
    "signal to init": ("kill", (1, 0)),
    "new process": ("clone", (signal.SIGCHLD, 0, 0, 0, 0)),
    "thread with descriptors of its own": ("clone", (0x10B00, 0, 0, 0, 0)),
    "close_range with descriptors of its own": ("close_range", (1000, 1001, 2)),
    "core dumps": ("setrlimit", (4, 0)),
    "core dumps, by prlimit": ("prlimit64", (0, 4, 1, 0)),
    "bytes out of band": ("sendto", (1, 0, 0, 1, 0, 0)),
    "bytes out of band, received": ("recvfrom", (1, 0, 0, 1, 0, 0)),
    "huge pages": ("mmap", (0, 4096, 3, 0x40022, -1, 0)),
    "shared anonymous memory": ("mmap", (0, 4096, 3, 0x21, -1, 0)),
    "memory that grows downwards": ("mmap", (0, 4096, 3, 0x122, -1, 0)),
    "PR_SET_PDEATHSIG": ("prctl", (1, 0)),
    "PR_SET_PDEATHSIG, upper half set": ("prctl", (1 | HIGH, 0)),
    "PR_SET_DUMPABLE": ("prctl", (4, 0)),
    "F_SETOWN": ("fcntl", (0, 8, 1)),
    "F_SETSIG, upper half set": ("fcntl", (0, 10 | HIGH, 9)),
    "F_SETLEASE": ("fcntl", (0, 1024, 0)),
    "TIOCSTI": ("ioctl", (0, 0x5412, 0)),
    "TIOCSTI, upper half set": ("ioctl", (0, 0x5412 | HIGH, 0)),
    "FS_IOC_SETFLAGS": ("ioctl", (0, 0x40086602, 0)),
}


@dataclass(frozen=True)
class Worker:
    """Runs functions in forked, confined children. `hidden` and `outside` could be read and written but for that."""

    uid: int
    temp: Path
    hidden: Path
    outside: Path
    readable: tuple[Path, ...]

    def run(self, action: Callable[[], Any], **settings: Any) -> Any:
        def confined() -> Any:
            if self.uid != os.getuid():
                os.setresgid(self.uid, self.uid, self.uid)
                os.setresuid(self.uid, self.uid, self.uid)
                ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # setuid made /proc/self root's
            hidden = (self.hidden, PACKAGE)
            policy.confine(policy.Policy(self.temp, hidden, readable=self.readable, **settings))
            return action()

        return forked(confined)


def forked(action: Callable[[], Any]) -> Any:
    """What `action` returns or raises in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            result = (True, action())
        except BaseException as error:
            result = (False, error)
        os.write(writing, pickle.dumps(result))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {status}"
    worked, value = pickle.loads(data)
    if not worked:
        raise value
    return value


@pytest.fixture(scope="module", params=["own uid", "ordinary uid"])
def worker(request: pytest.FixtureRequest) -> Iterator[Worker]:
    uid = os.getuid() if request.param == "own uid" else NOBODY
    if uid != os.getuid() and os.getuid() != 0:
        pytest.skip("only root can become another user")
    home = Path(tempfile.mkdtemp())
    folders = [home / name for name in ("temp", "hidden", "outside")]
    for folder in (home, *folders):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        os.chown(folder, uid, -1)
    for folder in folders[1:]:
        (folder / "file").write_text("secret")
        os.chown(folder / "file", uid, -1)
    temp, hidden, outside = folders
    yield Worker(uid, temp, hidden, outside, tuple(policy.readable_paths((hidden, PACKAGE))))
    shutil.rmtree(home)


def errors(*actions: Callable[[], object]) -> list[int]:
    """The errno of each action; 0 for one that worked."""

    def tried(action: Callable[[], object]) -> int:
        try:
            action()
        except OSError as error:
            return error.errno or -1
        return 0

    return [tried(action) for action in actions]


def call(name: str, *arguments: int) -> int:
    """The errno of a raw system call; 0 where it worked."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = seccomp._number(name)
    if number is None:
        return errno.EPERM  # not on this architecture: denied well enough
    words = (ctypes.c_long(word) for word in (*arguments, *(0,) * (6 - len(arguments))))
    return ctypes.get_errno() if libc.syscall(ctypes.c_long(number), *words) == -1 else 0


class TestFiles:
    def test_hidden_files_and_the_judge_are_refused(self, worker: Worker) -> None:
        others = (PACKAGE / "report.py", Path("/etc/passwd"), Path(f"/proc/{os.getpid()}/status"), Path("/proc/1/maps"))
        paths = (worker.hidden / "file", *others)
        assert set(worker.run(lambda: errors(*(path.read_bytes for path in paths)))) == {errno.EACCES}

    def test_hidden_names_are_refused(self, worker: Worker) -> None:
        folders = (worker.hidden, worker.hidden.parent, Path("/"), Path("/proc"))
        assert set(worker.run(lambda: errors(*(lambda at=at: os.listdir(at) for at in folders)))) == {errno.EACCES}

    def test_detours_are_refused(self, worker: Worker) -> None:
        secret = worker.hidden / "file"

        def detours() -> list[int]:
            link = worker.temp / "link"
            link.unlink(missing_ok=True)
            link.symlink_to(secret)
            path_only = os.open(secret, os.O_PATH)
            os.chdir(worker.hidden)
            names = (f"/proc/self/root{secret}", "/proc/self/cwd/file", f"/proc/self/fd/{path_only}", "file")
            tasks = (f"/proc/self/task/{os.getpid()}/root{secret}", f"/proc/thread-self/root{secret}")
            return errors(
                *(lambda name=name: os.open(name, os.O_RDONLY) for name in (link, *names, *tasks)),
                lambda: os.link(secret, worker.temp / "hard"),
                lambda: os.rename(secret, worker.temp / "moved"),
            )

        found = worker.run(detours)
        assert set(found[:7]) == {errno.EACCES}
        assert set(found) <= set(REFUSED)
        assert secret.read_text() == "secret"

    def test_own_proc_can_be_read_and_not_written(self, worker: Worker) -> None:
        def tries() -> list[int]:
            read = (Path(f"/proc/self/{name}").read_bytes for name in ("status", "maps"))
            return errors(lambda: all(read), lambda: Path("/proc/self/oom_score_adj").write_text("0"))

        assert worker.run(tries) == [0, errno.EACCES]

    def test_libraries_and_devices_can_be_read(self, worker: Worker) -> None:
        paths = [path for path in ("/dev/zero", "/dev/urandom", "/dev/null", "/proc/meminfo") if os.path.exists(path)]
        assert worker.run(lambda: [os.read(os.open(path, os.O_RDONLY), 1) for path in paths])[0] == b"\0"
        assert set(worker.run(lambda: errors(lambda: Path("/dev/null").write_text("x")))) == {0}

    def test_writes_stay_in_temp(self, worker: Worker) -> None:
        outside = worker.outside

        def tries() -> list[int]:
            link = worker.temp / "out"
            link.unlink(missing_ok=True)
            link.symlink_to(outside)
            return errors(
                lambda: (outside / "file").write_text("x"),
                lambda: (outside / "new").write_text("x"),
                lambda: (link / "new").write_text("x"),
                lambda: os.truncate(outside / "file", 0),
                lambda: (outside / "folder").mkdir(),
                lambda: (outside / "file").unlink(),
                lambda: (outside / "file").rename(worker.temp / "stolen"),
                lambda: (outside / "file").rename(outside / "renamed"),
                lambda: (outside / "file").chmod(0),
                lambda: os.utime(outside / "file", (0, 0)),
                lambda: os.setxattr(outside / "file", "user.x", b"1"),
            )

        before = (outside / "file").stat()
        assert set(worker.run(tries)) <= set(REFUSED)
        assert os.listdir(outside) == ["file"]
        after = (outside / "file").stat()
        assert (after.st_mode, after.st_mtime_ns, after.st_size) == (before.st_mode, before.st_mtime_ns, before.st_size)

    def test_temp_is_ours(self, worker: Worker) -> None:
        def use() -> str:
            folder = worker.temp / "a"
            folder.mkdir()
            (folder / "f").write_text("long")
            os.truncate(folder / "f", 2)
            (folder / "f").rename(worker.temp / "g")
            (worker.temp / "s").symlink_to("g")
            text = (worker.temp / "s").read_text()
            for name in ("s", "g"):
                (worker.temp / name).unlink()
            folder.rmdir()
            return text

        assert worker.run(use) == "lo"

    def test_no_fifos_and_devices(self, worker: Worker) -> None:
        at = worker.temp / "node"
        tries = (lambda: os.mkfifo(at), lambda: os.mknod(at, 0o020600, os.makedev(1, 3)))
        assert set(worker.run(lambda: errors(*tries))) == {errno.EPERM}

    def test_a_file_cannot_grow_beyond_its_limit(self, worker: Worker) -> None:
        def write() -> list[int]:
            with tempfile.TemporaryFile(dir=worker.temp) as file:
                return errors(lambda: os.truncate(file.fileno(), (256 << 20) + 1))

        assert worker.run(write) == [errno.EFBIG]


@pytest.fixture(scope="module")
def outcomes(worker: Worker) -> dict[str, int]:
    """All denied calls in one child: none has an effect, so one does not disturb the next."""

    def make() -> dict[str, int]:
        plain = {name: call(name) for name in DENIED}
        return plain | {what: call(name, *rest) for what, (name, rest) in DENIED_BY_ARGUMENT.items()}

    outcome: dict[str, int] = worker.run(make)
    return outcome


class TestCalls:
    @pytest.mark.parametrize("name", [*DENIED, *DENIED_BY_ARGUMENT])
    def test_denied(self, outcomes: dict[str, int], name: str) -> None:
        assert outcomes[name] == errno.EPERM

    def test_clone3_and_fallocate_seem_unknown(self, worker: Worker) -> None:
        assert worker.run(lambda: [call("clone3"), call("fallocate")]) == [errno.ENOSYS, errno.EOPNOTSUPP]

    def test_every_denied_call_is_in_this_list(self) -> None:
        known = {name for name in seccomp._DENIED.split() if seccomp._number(name) is not None}
        rest = (
            "kexec_file_load create_module quotactl_fd nfsservctl _sysctl uselib lookup_dcookie set_mempolicy_home_node"
        )
        assert known - set(DENIED) <= set(rest.split())

    def test_a_stream_pair_works(self, worker: Worker) -> None:
        def talk() -> bytes:
            one, other = socket.socketpair()
            one.sendall(b"hello")
            return other.recv(5)

        assert worker.run(talk) == b"hello"

    def test_threads_work(self, worker: Worker) -> None:
        def count() -> int:
            found: list[int] = []
            threads = [threading.Thread(target=found.append, args=(i,)) for i in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return len(found)

        assert worker.run(count) == 8

    def test_no_processes(self, worker: Worker) -> None:
        tries = (os.fork, lambda: os.execv("/bin/true", ["true"]), lambda: os.posix_spawn("/bin/true", ["true"], {}))
        assert set(worker.run(lambda: errors(*tries))) == {errno.EPERM}

    def test_signals_reach_only_itself(self, worker: Worker) -> None:
        parent = os.getpid()
        tries = (lambda: os.kill(os.getpid(), 0), lambda: signal.raise_signal(signal.SIGURG))
        assert worker.run(lambda: errors(*tries, lambda: os.kill(parent, 0))) == [0, 0, errno.EPERM]

    def test_an_abort_ends_it(self, worker: Worker) -> None:
        def abort() -> None:
            faulthandler.disable()  # pytest's would print a traceback
            os.abort()

        with pytest.raises(AssertionError, match=f"ended with {int(signal.SIGABRT)}"):
            worker.run(abort)


class TestLandlockAlone:
    """Where Landlock and seccomp guard the same thing, Landlock's half by itself."""

    @pytest.mark.skipif(landlock.abi() < 4, reason="no TCP rules")
    def test_no_tcp(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = server.getsockname()

            def tries() -> list[int]:
                landlock.restrict([], [])
                client = socket.socket()
                return errors(lambda: client.connect(address), lambda: socket.socket().bind(("127.0.0.1", 0)))

            assert forked(tries) == [errno.EACCES] * 2

    @pytest.mark.skipif(landlock.abi() < 6, reason="no scopes")
    def test_no_signals_and_no_abstract_sockets(self) -> None:
        parent, name = os.getpid(), f"\0etude-{os.getpid()}"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(name)
            server.listen()

            def tries() -> list[int]:
                landlock.restrict([], [])
                client = socket.socket(socket.AF_UNIX)
                return errors(lambda: os.kill(parent, 0), lambda: client.connect(name))

            assert forked(tries) == [errno.EPERM] * 2


class TestFrameworks:
    def test_a_lazy_import_works(self, worker: Worker) -> None:
        if worker.uid == NOBODY:
            pytest.skip("another user may be unable to read this interpreter")

        def load() -> str:
            import sys

            for name in ("decimal", "_decimal", "_pydecimal", "ssl", "mimetypes"):
                sys.modules.pop(name, None)
            import decimal
            import mimetypes
            import ssl

            return f"{decimal.Decimal(1) + 1} {bool(ssl.OPENSSL_VERSION)} {mimetypes.guess_type('a.png')[0]}"

        assert worker.run(load) == "2 True image/png"

    @pytest.mark.parametrize("name", ["numpy", "torch"])
    def test_a_framework_runs(self, worker: Worker, name: str) -> None:
        if worker.uid == NOBODY:
            pytest.skip("another user may be unable to read this interpreter")
        if not importlib.util.find_spec(name):
            pytest.skip(f"{name} is not installed")

        def multiply() -> float:
            os.environ["HOME"] = os.environ["TMPDIR"] = str(worker.temp)
            module = __import__(name)
            return float((module.ones((64, 64)) @ module.ones((64, 64))).sum())

        assert worker.run(multiply) == 64.0**3


class TestLimits:
    def test_capabilities_are_gone(self, worker: Worker) -> None:
        status = dict(
            line.split(":\t", 1)
            for line in worker.run(lambda: Path("/proc/self/status").read_text()).splitlines()
            if line.startswith(("Cap", "NoNewPrivs", "Seccomp:"))
        )
        held = {name: int(value, 16) for name, value in status.items() if name.startswith("Cap")}
        if worker.uid == NOBODY:
            held.pop("CapBnd")  # an ordinary user's bounding set is out of reach and, with no_new_privs, without use
        assert not any(held.values()), held
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")

    def test_memory(self, worker: Worker) -> None:
        with pytest.raises(MemoryError):
            worker.run(lambda: len(bytearray(3 << 30)))
        assert worker.run(lambda: len(bytearray(64 << 20))) == 64 << 20

    def test_resource_limits_cannot_be_raised(self, worker: Worker) -> None:
        def read() -> tuple[Any, ...]:
            names = (resource.RLIMIT_CPU, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)
            return *(resource.getrlimit(name) for name in names), raised()

        def raised() -> str:
            try:
                resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))
            except ValueError:
                return "refused"
            return "raised"

        assert worker.run(read, cpu_seconds=7) in [((7, 12), (core, core), (512, 512), "refused") for core in (0, 1)]

    def test_descriptors_are_closed(self) -> None:
        def close(keep: int) -> list[int]:
            extra = [os.dup(0) for _ in range(5)]
            limits.close_descriptors({keep, extra[2]})
            return errors(*(lambda fd=fd: os.fstat(fd) for fd in (0, *extra)))

        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.write(writing, pickle.dumps(close(writing)))
            os._exit(0)
        os.close(writing)
        found = pickle.loads(os.fdopen(reading, "rb").read())
        os.waitpid(child, 0)
        assert found == [errno.EBADF] * 3 + [0] + [errno.EBADF] * 2

    def test_a_worker_dies_with_its_parent(self) -> None:
        alive, mark = os.pipe()
        block, never = os.pipe()

        def parent() -> None:
            ready, tell = os.pipe()
            me = os.getpid()
            if not os.fork():
                limits.die_with_parent(me)
                os.write(tell, b"x")
                os.read(block, 1)
                os.write(mark, b"survived")
                os._exit(0)
            os.read(ready, 1)
            os.kill(me, signal.SIGKILL)

        child = os.fork()
        if not child:
            parent()
        os.close(mark)
        os.waitpid(child, 0)
        with os.fdopen(alive, "rb") as pipe:
            assert pipe.read() == b""  # ends only when the grandchild, which holds the other end, is gone
        os.close(never)
        os.close(block)

    def test_a_worker_whose_parent_is_gone_already_ends(self) -> None:
        child = os.fork()
        if not child:
            limits.die_with_parent(parent=os.getpid())
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


class TestPolicy:
    def test_without_isolation_only_limits_bind(self, worker: Worker) -> None:
        setting = policy.Policy(worker.temp, (worker.hidden,), isolated=False)
        found, text, data = forked(
            lambda: (policy.confine(setting), Path("/etc/passwd").read_text(), resource.getrlimit(resource.RLIMIT_DATA))
        )
        assert (found.level, found.seccomp) == ("process", False)
        assert found.lacks
        assert text
        assert data[0] > 2 << 30

    def test_confine_says_what_bound(self, worker: Worker) -> None:
        setting = policy.Policy(worker.temp, (worker.hidden,), readable=worker.readable)
        assert forked(lambda: policy.confine(setting)) == policy.available()

    def test_threads_are_refused_beforehand(self, worker: Worker) -> None:
        def confine() -> None:
            done = threading.Event()
            threading.Thread(target=done.wait, daemon=True).start()
            policy.confine(policy.Policy(worker.temp, (), readable=()))

        with pytest.raises(RuntimeError, match="threads"):
            forked(confine)

    def test_what_is_hidden_cannot_lie_in_temp(self, worker: Worker) -> None:
        with pytest.raises(ValueError, match="must not hold"):
            forked(lambda: policy.confine(policy.Policy(worker.temp, (worker.temp / "bank",), readable=())))

    def test_available_is_honest(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here = policy.available()
        assert (here.level, here.landlock_abi, here.seccomp) == ("kernel", landlock.abi(), True)
        monkeypatch.setattr(landlock, "abi", lambda: 3)
        assert "TCP rules (Landlock ABI below 4)" in policy.available().lacks
        assert policy.available().level == "kernel"
        monkeypatch.setattr(landlock, "abi", lambda: 0)
        assert policy.available().level == "process"
        assert policy.available().lacks[0].startswith("no Landlock")
        monkeypatch.setattr(seccomp, "available", lambda: False)
        assert len(policy.available().lacks) == 2

    def test_a_directory_gives_way_to_what_is_not_hidden(self, tmp_path: Path) -> None:
        for name in ("a/one/x", "a/two/x", "b/x"):
            (tmp_path / name).mkdir(parents=True)
        (tmp_path / "a/link").symlink_to(tmp_path / "a/two")
        a, b = tmp_path / "a", tmp_path / "b"
        assert policy.without([a, b], []) == [a, b]
        assert policy.without([a, a / "one", b], [a / "two"]) == [a / "one", b]
        assert policy.without([a, b], [a / "two/x", b]) == [a / "one"]
        assert policy.without([a / "link"], [a / "two"]) == []
        assert policy.without([a / "one/x", tmp_path / "missing"], [a]) == []

    def test_one_package_is_hidden_among_others(self, worker: Worker) -> None:
        packages = Path(click.__file__).parents[1]
        if worker.uid == NOBODY:
            pytest.skip("another user may be unable to read this interpreter")
        hidden = (packages / "click",)
        setting = policy.Policy(worker.temp, hidden, readable=tuple(policy.readable_paths(hidden)))

        def tries() -> list[int]:
            policy.confine(setting)
            files = (packages / "click/core.py", packages / "numpy/__init__.py")
            return errors(*(file.read_bytes for file in files), lambda: os.listdir(packages))

        assert forked(tries) == [errno.EACCES, 0, 0]

    def test_the_list_holds_no_parent_of_the_judge(self) -> None:
        hidden = PACKAGE.resolve()
        for path in policy.readable_paths([PACKAGE]):
            assert path != hidden
            assert path not in hidden.parents
            assert hidden not in path.parents
