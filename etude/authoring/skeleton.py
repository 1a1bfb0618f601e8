"""A new exercise: every file that it needs, for its author to fill in."""

from __future__ import annotations

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
    if there := [path for path in places.values() if path.exists()]:
        raise EtudeError(there[0], "is there already", "choose another name, or delete it first")
    words = {
        "id": name,
        "framework": framework.value,
        "title": name.replace("_", " ").capitalize(),
        **_WORDS[framework],
    }
    for template, path in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template((_TEMPLATES / f"{template}.txt").read_text("utf-8")).substitute(words), "utf-8")
    return list(places.values())
