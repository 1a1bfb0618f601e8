"""What a worker may read and write, tried from inside one."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from tests.policy.support import PACKAGE, REFUSED, Worker, errors, needs_kernel

pytestmark = needs_kernel


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
