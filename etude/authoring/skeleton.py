"""A new exercise: every file that it needs, for its author to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from string import Template

from etude.errors import EtudeError
from etude.exercise import Exercise, Framework, Level

_TEMPLATES = Path(__file__).with_name("templates")
_WORDS = {  # of each framework
    Framework.NUMPY: {"imports": "import numpy as np", "type": "np.ndarray", "preload": '"numpy"', "given": "x"},
    Framework.TORCH: {
        "imports": "import torch",
        "type": "torch.Tensor",
        "preload": '"numpy", "torch"',
        "given": "torch.tensor(x)",
    },
    Framework.TENSORFLOW: {
        "imports": "import tensorflow as tf",
        "type": "tf.Tensor",
        "preload": '"numpy", "tensorflow", "keras"',
        "given": "x",
    },
}


def write_skeleton(bank: Path, chapter: str, name: str, framework: Framework) -> list[Path]:
    """Write the files; EtudeError, and nothing written, where one of them is there already."""
    exercise = Exercise(bank, chapter, name, "", Level.CORE, framework, (name,), ())
    places = {
        "exercise.toml": exercise.metadata_path,
        "prompt.md": exercise.prompt_path,
        "stub.py": exercise.stub_path,
        "solution.py": exercise.solution_path,
        "test.py": exercise.grader_path,
        "right.py": exercise.grader_folder / "right" / "another_way.py",
        "wrong.py": exercise.grader_folder / "wrong" / "returns_zeros.py",
    }
    words = {
        "id": name,
        "framework": framework.value,
        "title": name.replace("_", " ").capitalize(),
        **_WORDS[framework],
    }
    texts = {path: (_TEMPLATES / f"{template}.txt").read_text("utf-8") for template, path in places.items()}
    write_new({path: Template(text).substitute(words) for path, text in texts.items()})
    return list(places.values())


def write_new(files: Mapping[Path, str]) -> None:
    """Write all of them, with their folders, or none; EtudeError where one is there already or cannot be written."""
    if there := [path for path in files if path.exists()]:
        raise EtudeError(there[0], "is there already", "choose another name, or delete it first")
    try:
        with ExitStack() as undo:
            for path, text in files.items():
                for folder in reversed([folder for folder in path.parents if not folder.exists()]):
                    folder.mkdir()
                    undo.callback(folder.rmdir)
                undo.callback(path.unlink, missing_ok=True)
                path.write_text(text, "utf-8")
            undo.pop_all()
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
        raise EtudeError(error.filename, problem, "see what is in the way, or name another --bank") from None
