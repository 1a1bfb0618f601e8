"""Reading an answer, and the one line said of each that cannot be read."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from etude.errors import SubmissionError
from etude.submission import LARGEST, Submission

SOURCE = "def double(x):\n    return 2 * x\n"


def refusal(path: Path | str) -> str:
    with pytest.raises(SubmissionError) as raised:
        Submission.read(path, "double")
    said = str(raised.value)
    assert "\n" not in said
    return said


def notebook(tmp_path: Path, *codes: str | list[str]) -> Path:
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "source": "# Twice"}]
    cells += [{"cell_type": "code", "source": code, "outputs": [], "metadata": {}} for code in codes]
    path = tmp_path / "answer.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_python_file(tmp_path: Path) -> None:
    path = tmp_path / "double.py"
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.encode())
    answer = Submission.read(path)
    assert answer == Submission(str(path), SOURCE, path)
    assert answer.sha256 == hashlib.sha256(SOURCE.encode()).hexdigest()


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, SOURCE.encode())
    assert Submission.read("-") == Submission("standard input", SOURCE, None)
    stdin(monkeypatch, b"")
    assert refusal("-").startswith("standard input: is empty")


def test_standard_input_may_be_a_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stdin(monkeypatch, notebook(tmp_path, SOURCE).read_bytes())
    assert SOURCE in Submission.read("-").source


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: write an answer in it; `etude start double` writes a stub"),
        (b" \n\t\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"x = 1\ny = '\xe9'\n", "is not UTF-8 (line 2): save it as UTF-8"),
        ("x = 1".encode("utf-16"), "is UTF-16, not UTF-8: save it as UTF-8"),
        (b"\x7fELF\0\0", "is binary: give a Python file (.py) or a notebook (.ipynb)"),
        (b"#" * (LARGEST + 1), "is over 1 MiB: an answer is a short Python file"),
    ],
)
def test_refused_contents(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "double.py"
    path.write_bytes(data)
    assert said in refusal(path)


def test_one_mebibyte_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "double.py"
    path.write_bytes(b"#" * LARGEST)
    assert len(Submission.read(path).source) == LARGEST


def test_refused_paths(tmp_path: Path) -> None:
    missing = tmp_path / "double.py"
    assert refusal(missing) == f"{missing}: there is no such file: `etude start double` writes a stub to begin from"
    assert refusal(tmp_path) == f"{tmp_path}: is a directory: give the file in it that holds your answer"
    missing.write_text(SOURCE)
    assert "there is no such file" in refusal(missing / "inside.py")
    assert "cannot be read" in refusal(tmp_path / ("x" * 300))
    assert "cannot be read" in refusal("nul\0.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    assert "cannot be read" in refusal(tmp_path / "loop.py")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "double.py"
    path.write_text(SOURCE)
    path.chmod(0)
    assert "may not be read: mend its permissions" in refusal(path)


def test_endless_file() -> None:
    assert "is over 1 MiB" in refusal("/dev/zero")


def test_notebook(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import numpy as np", ["def double(x):\n", "    return 2 * x"], "")
    assert Submission.read(path).source == (
        "# cell 2\nimport numpy as np\n# cell 3\ndef double(x):\n    return 2 * x\n"
    )


def test_notebook_of_format_3(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cells = [{"cell_type": "code", "input": SOURCE, "language": "python"}, {"cell_type": "markdown", "source": "text"}]
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    assert SOURCE in Submission.read(path).source


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "\nx = 1"),
        ("!pip install numpy\nx = 1", "\nx = 1"),
        ("np.sum?\n?np\nx = 1", "\n\nx = 1"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nrm -r x\nls", "\n\n"),
        ("%%!\nls", "\n"),
        ("if True:\n    %cd x\ny = 1", "if True:\n    pass\ny = 1"),
        ("files = !ls\nt = %timeit -o f()\nx = 1", "\n\nx = 1"),
        ("x = (7\n% 4)", "x = (7\n% 4)"),
        ("s = '''\n%d items\n! and ?\n'''", "s = '''\n%d items\n! and ?\n'''"),
    ],
)
def test_magics_are_blanked_in_place(tmp_path: Path, cell: str, python: str) -> None:
    assert Submission.read(notebook(tmp_path, cell)).source == f"# cell 2\n{python}\n"


def test_a_syntax_error_in_a_notebook_stays(tmp_path: Path) -> None:
    assert "def (" in Submission.read(notebook(tmp_path, "def (")).source


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "is not a notebook (it is not JSON)"),
        ("[" * 100_000, "is not a notebook (it is not JSON)"),
        ("[]", "is not a notebook (it has no cells)"),
        ('{"cells": 3}', "is not a notebook (it has no cells)"),
        ('{"cells": [1]}', "is not a notebook (it has no cells)"),
        ('{"cells": [{"cell_type": "code", "source": 3}]}', "is not a notebook (a cell's source is not text)"),
        ('{"cells": [{"cell_type": "code", "source": [3]}]}', "is not a notebook (a cell's source is not text)"),
        ('{"cells": []}', "has no code cell with anything in it"),
        ('{"cells": [{"cell_type": "markdown", "source": "x"}]}', "has no code cell with anything in it"),
        ('{"cells": [{"cell_type": "code", "source": "\\u0000"}]}', "holds characters that are not text"),
        ('{"cells": [{"cell_type": "code", "source": "\'\\ud800\'"}]}', "holds characters that are not text"),
    ],
)
def test_refused_notebooks(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "answer.ipynb"
    path.write_text(text)
    assert said in refusal(path)


def test_a_notebook_too_large_is_told_of_its_outputs(tmp_path: Path) -> None:
    path = tmp_path / "answer.ipynb"
    path.write_bytes(b" " * (LARGEST + 1))
    assert "is over 1 MiB: clear its outputs" in refusal(path)
