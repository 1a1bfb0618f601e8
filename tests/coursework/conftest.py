"""The commands of the environment under test are found by their names, as in an activated one."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def activated() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PATH", sysconfig.get_path("scripts"), prepend=os.pathsep)
        yield
