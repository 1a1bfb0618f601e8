"""How much a worker may use, and what still runs in one."""

from __future__ import annotations

import errno
import importlib.util
import os
import pickle
import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from etude.sandbox import limits
from tests.policy.support import NOBODY, Worker, errors, needs_kernel

pytestmark = needs_kernel


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
