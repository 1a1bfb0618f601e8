"""One worker: confine this process, then serve the candidate's code over the wire until the host is done with it."""

from __future__ import annotations

import gc
import mmap
import os
import socket
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

from etude.sandbox import limits, policy
from etude.sandbox.serving import Server
from etude.sandbox.wire import Channel


@dataclass(frozen=True)
class WorkerSpec:
    """What a new worker is told besides its descriptors (wire, output and, for speed checks, two shared mappings)."""

    temp: str
    readable: tuple[str, ...]  # the allow-list; made by the host, so that no worker knows what is hidden
    isolated: bool
    cpu_seconds: int
    shared_bytes: int  # of each mapping; 0 for none
    allowed: policy.Allowances = policy.AS_A_RULE


def main(spec: WorkerSpec, prepared: policy.Prepared, descriptors: list[int], parent: int) -> NoReturn:
    """Never returns. The first frame says how far this process is confined; no candidate code has run by then."""
    limits.die_with_parent(parent)
    os.setsid()
    wire, output, *mappings = descriptors
    shared_in, shared_out = (_mapped(mapping, spec.shared_bytes) for mapping in mappings) if mappings else (None, None)
    _redirect(output)
    limits.close_descriptors({0, 1, 2, wire})
    _settle_in(spec.temp)
    if spec.allowed.processes:
        os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"  # no pool of compiling processes beside the worker
    setting = policy.Policy(
        Path(spec.temp), (), cpu_seconds=spec.cpu_seconds, isolated=spec.isolated, allowed=spec.allowed
    )
    isolation = policy.confine(setting, prepared)
    server = Server()
    channel = Channel(socket.socket(fileno=wire), server.revive, shared_out, shared_in)
    channel.send(asdict(isolation))
    gc.enable()
    server.serve(channel)
    os._exit(0)


def _mapped(descriptor: int, size: int) -> memoryview:
    return memoryview(mmap.mmap(descriptor, size))


def _redirect(output: int) -> None:
    """Standard input is empty; what is printed goes to the file that the host reads."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)


def clear_environment() -> None:
    """Before the fork, for all workers that follow: nothing of the host's is left."""
    keep = {name: value for name, value in os.environ.items() if name in _KEPT or name.endswith("_THREADS")}
    os.environ.clear()
    os.environ.update(keep, PATH="/usr/bin:/bin", USER="candidate", LOGNAME="candidate")


def _settle_in(temp: str) -> None:
    """The temporary directory is the whole world: working directory, HOME and every cache."""
    os.chdir(temp)
    os.environ.update(dict.fromkeys(_HOMES, temp))
    tempfile.tempdir = None  # a module may have asked for it before the fork


_KEPT = frozenset({"LANG", "LC_ALL", "TZ", "KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS"})
_HOMES = ("HOME", "TMPDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "KERAS_HOME")
