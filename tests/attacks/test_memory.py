"""Answers that read their whole process for the seed, an expected value, a hidden path, or somebody else's answer."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etude.judge import seeds
from tests.attacks.conftest import HONEST, Attack, Ground, Harmless
from tests.attacks.search_support import READ_MEMORY, needles

# What the graders of `double` draw, in their order.
DRAWS: dict[str, tuple[Any, str]] = {
    "test_keeps_dtype": ((2, 3), "float32"),
    "test_values": ((3, 4), "float64"),
    "test_argument_unchanged": (5, "float64"),
}

ANSWER = """
{needles}
{reader}
said = False
def double(x):
    global said
    found = set()
    {look}
    if not said:
        print("found", *sorted(found), sep="|")
    said = True
    return x
"""


def drawn(seed: int, check: str) -> np.ndarray[Any, Any]:
    shape, dtype = DRAWS[check]
    array: np.ndarray[Any, Any] = seeds.check_rng(seed, "double", check).standard_normal(shape)
    return array.astype(dtype)


def secrets(ground: Ground, seed: int) -> dict[str, bytes]:
    """Everything that a grading of `double` knows and its worker must not, in each form it could lie in memory."""
    exercise = ground.catalog.get("double")
    found = {
        "seed": seed.to_bytes(8, "little"),
        "seed as digits": str(seed).encode(),
        "seed as a Python int": struct.pack("<3I", *(seed >> shift & 0x3FFF_FFFF for shift in (0, 30, 60))),
        "grader": str(exercise.grader_path).encode(),
        "grader's folder": str(exercise.grader_folder).encode(),
        "solution": str(exercise.solution_path).encode(),
        "attempts": str(ground.attempts).encode(),
        "grader's name": exercise.grader_path.name.encode(),
    }
    for check in DRAWS:
        x = drawn(seed, check)
        found[f"generator of {check}"] = seeds._digest("grader", seed, "double", check)
        found[f"expected in {check}"] = (2 * x).tobytes()[:16]
        if check != "test_keeps_dtype":  # which is the first: the others' inputs have not been drawn
            found[f"input of {check}"] = x.tobytes()[:16]
        state = seeds.check_rng(seed, "double", check).bit_generator.state["state"]["state"]
        found[f"generator's state in {check}"] = state.to_bytes(16, "little")
    found |= {f"secret {number}": secret.encode() for number, secret in enumerate(ground.secrets)}
    return found


def controls(seed: int) -> dict[str, bytes]:
    """What a worker does hold: without them the search would prove nothing."""
    own = seeds.worker_seed(seed, "double", "test_keeps_dtype")
    np.random.seed(own % (1 << 32))
    state = np.random.get_state(legacy=False)["state"]["key"].tobytes()
    return {
        "its input": drawn(seed, "test_keeps_dtype").tobytes()[:16],
        "its generator's state": state[:64],
        "its user": b"LOGNAME=candidate"[8:] + b"\0",
        "a docstring of the worker's": b"Serves one submission over the wire",
    }


BY_ADDRESS = f"""
{READ_MEMORY}
import ctypes
def read_by_address(found):
    for place, size in regions():
        found |= search(ctypes.string_at(place, size))
"""
LOOKS = {
    "/proc/self/mem": (READ_MEMORY, "read_memory(found)"),
    "ctypes": (BY_ADDRESS, "read_by_address(found)"),
}


@pytest.mark.parametrize("way", LOOKS)
def test_the_memory_of_a_worker(ground: Ground, attack: Attack, assert_harmless: Harmless, way: str) -> None:
    seed = int.from_bytes(os.urandom(8), "little") | 1 << 63
    reader, look = LOOKS[way]
    attack(f"{HONEST}\nSOMEBODY = 'elses-{seed}'\n")  # the worker before this one
    hidden = {**secrets(ground, seed), "another answer": f"elses-{seed}".encode()}
    known = controls(seed)
    source = ANSWER.format(needles=needles({**hidden, **known}), reader=reader, look=look)
    report = attack(source, seed=seed)
    assert report.checks[0].output.startswith("found|"), report.checks[0]
    found = set(report.checks[0].output.strip().split("|")[1:])
    assert found >= set(known)
    assert not found & set(hidden)
    assert_harmless(report)


def test_arguments_environment_and_what_else_proc_tells(
    ground: Ground, attack: Attack, assert_harmless: Harmless
) -> None:
    """Every file of /proc/self that can be read."""
    seed = int.from_bytes(os.urandom(8), "little") | 1 << 63
    reader = """
import os
def read_proc(found):
    for folder, folders, files in os.walk("/proc/self"):
        if folder.count("/") > 4:
            folders.clear()
        for name in files:
            path = os.path.join(folder, name)
            try:
                if name not in ("mem", "pagemap", "clear_refs", "kmsg"):
                    with open(path, "rb") as file:
                        found |= search(file.read(1 << 20))
            except OSError:
                pass
            try:
                found |= search(os.readlink(path).encode())
            except OSError:
                pass
"""
    known = {"its interpreter": os.path.realpath("/proc/self/exe").encode()}
    source = ANSWER.format(needles=needles({**secrets(ground, seed), **known}), reader=reader, look="read_proc(found)")
    report = attack(source, seed=seed)
    assert report.checks[0].output == "found|its interpreter\n"
    assert_harmless(report)


def test_the_checkout_is_not_told(attack: Attack, assert_harmless: Harmless) -> None:
    """Where the judge's own sources lie may be known; what lies beside them is not."""
    report = attack(
        "import etude, os\n"
        "def double(x):\n"
        f"    for path in ('graders', 'solutions', 'tests', 'etude/judge', 'exercises', '.'):\n"
        "        try:\n"
        f"            print('loot:', os.listdir(os.path.join({str(Path(__file__).parents[2])!r}, path)))\n"
        "        except OSError:\n"
        "            pass\n"
        "    return x\n"
    )
    assert_harmless(report)


def test_no_memory_that_can_be_written_is_shared_with_the_workers_to_come(ground: Ground) -> None:
    """A worker is a copy of the zygote: what it writes, the next one does not see."""
    maps = Path(f"/proc/{ground.zygote}/maps").read_text().splitlines()
    assert len(maps) > 50
    assert not [line for line in maps if line.split()[1].endswith("s") and "w" in line.split()[1]]
