"""What warm grading is measured against still grades."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_cold_pytest_in_one_process_passes_the_reference() -> None:
    command = [sys.executable, "-m", "benchmarks.in_process", "softmax"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
