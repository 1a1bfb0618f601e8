"""Which system calls a worker may make, tried from inside one."""

from __future__ import annotations

import errno
import faulthandler
import os
import signal
import socket
import threading

import pytest

from etude.sandbox import landlock, seccomp
from tests.policy.support import Worker, call, errors, forked, needs_kernel

pytestmark = needs_kernel


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
memfd_create memfd_secret io_setup vmsplice splice tee sendfile
landlock_create_ruleset landlock_add_rule landlock_restrict_self
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
    "F_SETPIPE_SZ": ("fcntl", (0, 1031, 1 << 20)),
    "TIOCSTI": ("ioctl", (0, 0x5412, 0)),
    "TIOCSTI, upper half set": ("ioctl", (0, 0x5412 | HIGH, 0)),
    "FS_IOC_SETFLAGS": ("ioctl", (0, 0x40086602, 0)),
}


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
                landlock.restrict(landlock.Rules((), ()))
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
                landlock.restrict(landlock.Rules((), ()))
                client = socket.socket(socket.AF_UNIX)
                return errors(lambda: os.kill(parent, 0), lambda: client.connect(name))

            assert forked(tries) == [errno.EPERM] * 2
