"""The policy as a whole: what this machine can give, and the allow-list."""

from __future__ import annotations

import errno
import os
import resource
import threading
from pathlib import Path

import click
import pytest

from etude.sandbox import landlock, policy, seccomp
from tests.policy.support import NOBODY, PACKAGE, Worker, errors, forked, needs_kernel

pytestmark = needs_kernel


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
