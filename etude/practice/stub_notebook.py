"""The notebook of an exercise: its prompt, the stub, and a cell that grades it."""

from __future__ import annotations

from typing import cast

from etude.errors import EtudeError
from etude.exercise import Exercise
from etude.extras import install_command, missing_extras
from etude.metadata import read_text


def stub_notebook(exercise: Exercise) -> str:
    """As JSON, nbformat 4.5; the same at every call."""
    if missing_extras(["notebook"]):
        raise EtudeError(
            f"{exercise.id}.ipynb", "notebooks need an extra that is not installed", install_command(["notebook"])
        )
    import nbformat
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    cells = [
        new_markdown_cell(read_text(exercise.prompt_path).strip(), id="prompt"),
        new_code_cell("%load_ext etude", id="extension"),
        new_code_cell(read_text(exercise.stub_path).strip(), id="answer"),
        new_code_cell(f'etude.check("{exercise.id}")', id="check"),
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    return cast(str, nbformat.writes(notebook, version=4)) + "\n"
