"""Files that Python, pytest or the loader would pick up, dropped wherever an answer can write: in its own directory."""

from __future__ import annotations

import sys
import sysconfig
import tempfile
from pathlib import Path

from tests.attacks.conftest import LOOT, Attack, Ground, Harmless

PAYLOAD = f"import os; os.write(1, b'{LOOT}'); os.write(2, b'{LOOT}'); print('{LOOT}')\n"
NAMES = (
    *("conftest.py", "sitecustomize.py", "usercustomize.py", "site.py", "attack.pth", "pytest.ini", "pyproject.toml"),
    *("tox.ini", "setup.cfg", "numpy.py", "numpy/__init__.py", "etude/__init__.py", "etude/grading/__init__.py"),
    *("test_double.py", "solution.py", "probe.py", "submission.py", "submission/__init__.py", "pytest.py", "json.py"),
    *("__pycache__/submission.cpython-311.pyc", "__pycache__/test_double.cpython-311.pyc", ".pythonrc", ".pdbrc"),
    *(".local/lib/python3.11/site-packages/attack.pth", ".local/lib/python3.11/site-packages/usercustomize.py"),
    *(".config/matplotlib/matplotlibrc", ".keras/keras.json", "pyvenv.cfg", "python311._pth", "libc.so.6"),
)


def test_in_its_own_directory(attack: Attack, assert_harmless: Harmless) -> None:
    """Each worker drops them and ends, so that the next would pick them up; then the honest answer is graded."""
    source = (
        "import os\n"
        f"NAMES, PAYLOAD = {NAMES!r}, {PAYLOAD!r}\n"
        "def double(x):\n"
        "    for name in NAMES:\n"
        "        os.makedirs(os.path.dirname(name) or '.', exist_ok=True)\n"
        "        open(name, 'w').write(PAYLOAD)\n"
        "    os.environ.update(PYTHONPATH='.', LD_PRELOAD='./libc.so.6', PYTEST_ADDOPTS='-p conftest')\n"
        "    os._exit(0)\n"
    )
    assert_harmless(attack(source))


def test_in_one_worker_for_the_next_check(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        "import importlib, os, sys\n"
        f"NAMES, PAYLOAD = {NAMES!r}, {PAYLOAD!r}\n"
        "def double(x):\n"
        "    for name in NAMES:\n"
        "        os.makedirs(os.path.dirname(name) or '.', exist_ok=True)\n"
        "        open(name, 'w').write(PAYLOAD)\n"
        "    return x\n"
    )
    assert_harmless(attack(source))


def test_anywhere_else(ground: Ground, raid: Attack, assert_harmless: Harmless) -> None:
    exercise = ground.catalog.get("double")
    folders = {
        *(
            exercise.grader_folder,
            exercise.grader_folder / "__pycache__",
            exercise.solution_path.parent,
            exercise.folder,
        ),
        *(
            ground.catalog.banks[0],
            ground.attempts.parent,
            ground.home,
            Path.cwd(),
            Path(__file__).parents[2] / "etude",
        ),
        *(Path(tempfile.gettempdir()), Path("/dev/shm"), Path("/var/tmp"), Path("/etc"), Path.home(), Path("/run")),
        *(Path(sys.prefix), Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib")), Path("/usr/lib")),
    }
    names = ("etude-attack.py", "etude-attack.pth", "sitecustomize.py", "conftest.py")
    tries = {
        f"{folder} {name}": f"open({str(folder / name)!r}, 'a')"
        for folder in sorted(folders)
        for name in names
        if not (folder / name).exists()
    }
    tries |= {f"{folder} folder": f"os.mkdir({str(folder / 'etude-attack')!r})" for folder in sorted(folders)}
    tries |= {f"{folder} link": f"os.symlink('x', {str(folder / 'etude-link')!r})" for folder in sorted(folders)}
    assert_harmless(raid(tries))


def test_compiled_files_of_graders(ground: Ground, raid: Attack, assert_harmless: Harmless) -> None:
    """Python would believe a compiled file whose header fits its source."""
    compiled = [path for path in ground.hidden if path.suffix == ".pyc"]
    assert compiled
    tries = {f"{path.name} {how}": f"open({str(path)!r}, {how!r})" for path in compiled for how in ("rb", "r+b", "wb")}
    tries |= {f"{path.name} removed": f"os.unlink({str(path)!r})" for path in compiled}
    assert_harmless(raid(tries))
