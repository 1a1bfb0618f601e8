"""What a candidate has unpacked."""

from __future__ import annotations

from pathlib import Path

import pytest

from etude.catalog import Catalog
from tests.takehome.kit_support import make_kit


@pytest.fixture
def kit(tmp_path: Path, mini_bank: Catalog) -> Path:
    return make_kit(tmp_path / "takehome-amber-heron", [mini_bank.get(name) for name in ("double", "mean")])
