"""The pytest plugin: the `check` marker, the fixtures of a grader, and `--submission` for bare pytest.

In a host the fixtures belong to the grading that runs. Under bare pytest nothing is graded in this process: each
item reports what a host said of it (see `remote`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etude.judge.marker import MARK, SPEC, CheckSpec

if TYPE_CHECKING:
    import numpy as np

    from etude.judge.clock import Clock
    from etude.judge.grading_run import GradingRun
    from etude.judge.peak_memory import PeakMemory
    from etude.judge.proxy import SubmissionProxy


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("etude")
    group.addoption("--submission", metavar="FILE", help="the answer that the graders are to judge (.py or .ipynb)")
    group.addoption("--etude-seed", metavar="N", type=int, help="the run's seed (default: drawn at random)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}(category, points, depends_on, testimony): one graded check")
    if config.getoption("--submission"):
        from etude.judge.remote import RemoteGrading

        config.pluginmanager.register(RemoteGrading(config.getoption("--submission"), config.getoption("--etude-seed")))


def _grading(request: pytest.FixtureRequest) -> GradingRun:
    from etude.judge.session import CURRENT

    host = request.config.stash.get(CURRENT, None)
    if host is None or host.current is None:
        pytest.fail("say which answer to grade: --submission FILE", pytrace=False)
    return host.current


@pytest.fixture
def submission(request: pytest.FixtureRequest) -> SubmissionProxy:
    """The answer under judgement: entry points as attributes, `.probe` for the exercise's probe."""
    return _grading(request).proxy


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """The check's own secret generator."""
    return _grading(request).rng(request.node.name)


@pytest.fixture
def device(request: pytest.FixtureRequest) -> str:
    """Where the check's tensors are put: "cpu" or "cuda"."""
    spec: CheckSpec = request.node.stash[SPEC]
    return spec.device


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """Times the answer against the reference; see `Clock.assert_ratio`."""
    from etude.judge.clock import Clock

    return Clock(_grading(request), request.getfixturevalue("benchmark"), request.node.stash[SPEC])


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> PeakMemory:
    """Measures the answer's peak memory; see `PeakMemory.assert_peak`."""
    from etude.judge.peak_memory import PeakMemory

    return PeakMemory(_grading(request), request.node.stash[SPEC])
