"""Many hosts at once: each on a core that no other has, and with its objects in large pages."""

from __future__ import annotations

import os
import platform
import re
import tempfile
from pathlib import Path

import pytest

from etude.catalog import Catalog
from etude.judge.client import Judge
from etude.judge.core import take_core
from etude.sandbox import large_pages
from tests.policy.support import forked
from tests.process_tree import family

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be bound to cores here")


@pytest.fixture(autouse=True)
def no_other_hosts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else grades on this machine."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core only")
def test_judges_of_a_crowd_stay_on_different_cores_with_all_that_they_start(mini_bank: Catalog) -> None:
    exercise = mini_bank.get("double")
    with Judge(own_core=True) as one, Judge(own_core=True) as other:
        found = [
            {frozenset(os.sched_getaffinity(pid)) for pid in family(judge.host(exercise).pid)} for judge in (one, other)
        ]
    (first,), (second,) = found
    assert len(first) == len(second) == 1
    assert first.isdisjoint(second)


def test_a_judge_alone_is_bound_to_no_core(mini_bank: Catalog) -> None:
    exercise = mini_bank.get("double")
    with Judge() as judge:
        assert os.sched_getaffinity(judge.host(exercise).pid) == os.sched_getaffinity(0)


def test_where_all_cores_are_taken_a_host_stays_free(mini_bank: Catalog) -> None:
    cores = os.sched_getaffinity(0)
    held = [take_core() for _ in cores]
    with Judge(own_core=True) as judge:
        assert os.sched_getaffinity(judge.host(mini_bank.get("double")).pid) == cores
    assert sorted(core.number for core in held if core) == sorted(cores)
    for core in held:
        assert core is not None
        core.give_back()


def test_a_core_is_given_back_with_its_host(mini_bank: Catalog) -> None:
    found = []
    for _ in range(2):
        with Judge(own_core=True) as judge:
            found.append(os.sched_getaffinity(judge.host(mini_bank.get("double")).pid))
    one, other = found
    assert len(one) == 1
    assert one == other


@pytest.mark.skipif(not Path("/sys/kernel/mm/transparent_hugepage").exists(), reason="no large pages here")
def test_objects_are_gathered_into_large_pages_where_the_kernel_does_so() -> None:
    def gathered() -> tuple[int, int]:
        held = bytearray(os.urandom(16 << 20))
        before = _large_bytes()
        large_pages.gather()
        return _large_bytes() - before, len(held)

    more, held = forked(gathered)
    turned_off = "[never]" in Path("/sys/kernel/mm/transparent_hugepage/enabled").read_text()
    if turned_off or _kernel() < (6, 1):
        assert more == 0
    else:
        assert more > held / 2


def test_without_large_pages_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_pages, "_SETTINGS", tmp_path / "none")
    large_pages.gather()


def _large_bytes() -> int:
    (found,) = re.findall(r"AnonHugePages: +(\d+) kB", Path("/proc/self/smaps_rollup").read_text())
    return int(found) << 10


def _kernel() -> tuple[int, ...]:
    return tuple(map(int, platform.release().split(".")[:2]))
