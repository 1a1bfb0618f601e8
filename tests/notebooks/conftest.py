"""Real notebooks: each is run from its first cell to its last by a kernel of its own, on the mini bank."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

MINI = Path(__file__).resolve().parents[1] / "fixtures" / "mini_bank"


class ThisPython(AsyncKernelManager):
    """A kernel of the Python that runs the tests, whatever kernels the machine knows."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, language="python", display_name="this Python")


class Ran:
    """A notebook that was run; `cell(n)` is what its n-th code cell put out."""

    def __init__(self, notebook: Any) -> None:
        self._cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def cell(self, number: int) -> list[Any]:
        return list(self._cells[number].outputs)

    def scorecard(self, number: int) -> tuple[str, str]:
        """The HTML and the text of the one scorecard that the cell shows."""
        (data,) = [output.data for output in self.cell(number) if "text/html" in output.get("data", {})]
        return data["text/html"], data["text/plain"]

    def text(self, number: int) -> str:
        """Everything else that it shows, as text."""
        return "".join(
            output.get("text", "")
            or output.get("data", {}).get("text/plain", "")
            or "\n".join(output.get("traceback", []))
            for output in self.cell(number)
            if "text/html" not in output.get("data", {})
        )


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETUDE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ETUDE_BANK", str(MINI))
    monkeypatch.setenv("ETUDE_ONLY_BANK", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    """`run("cell", "cell")`, or `run(notebook)`, in a fresh kernel."""

    def run(*cells: Any) -> Ran:
        one = len(cells) == 1 and not isinstance(cells[0], str)
        notebook = cells[0] if one else new_notebook(cells=[new_code_cell(cell) for cell in cells])
        nbformat.validate(notebook)
        NotebookClient(notebook, kernel_manager_class=ThisPython, timeout=60, allow_errors=True).execute()
        return Ran(notebook)

    return run
