"""The worker of these tests, as its own user and as an ordinary one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from etude.sandbox import policy
from tests.policy.support import NOBODY, PACKAGE, Worker


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
