"""What a worker may do: limits, capabilities, Landlock and seccomp together, and the list of what it may read."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from etude.report import Isolation
from etude.sandbox import landlock, limits, seccomp

_FILE_BYTES = 256 << 20
_WRITABLE_DEVICE = Path("/dev/null")
_SYSTEM = tuple(
    Path(name)
    for name in (
        # shared libraries and what the loader reads
        *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf"),
        # time zone, locale, file types, fonts
        *("/usr/share/zoneinfo", "/etc/localtime", "/usr/share/locale", "/usr/share/i18n", "/etc/mime.types"),
        *("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/fontconfig", "/etc/fonts"),
        *("/dev/urandom", "/dev/zero"),
        # TensorFlow aborts without these
        *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
    )
)
# What NVIDIA's driver reads beside its devices. Written from its documentation: no GPU has confirmed it yet.
_GPU_DEVICES = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset")
_GPU_SYSTEM = (
    *("/proc/driver/nvidia", "/proc/devices", "/proc/sys/vm", "/sys/bus/pci", "/sys/devices"),
    *("/sys/module", "/usr/local/nvidia", "/usr/local/cuda", "/dev/nvidia-caps"),
)
# What a compiler is made of. Whatever is run stays as confined as the worker that runs it.
_PROGRAMS = (
    *("/usr/bin", "/bin", "/usr/libexec", "/usr/include", "/usr/local/include"),
    *(f"{sys.base_prefix}/bin", sysconfig.get_path("include")),
)
_GPU_DATA_BYTES = 16 << 30  # host memory that the driver and its libraries map for themselves
# What a Landlock below the version does not guard.
_SINCE = (
    (3, "truncation rules (Landlock ABI below 3)"),
    (4, "TCP rules (Landlock ABI below 4)"),
    (5, "device control rules (Landlock ABI below 5)"),
    (6, "rules on signals and abstract sockets (Landlock ABI below 6)"),
)


@dataclass(frozen=True)
class Allowances:
    """What workers may use beyond the rule."""

    gpu: bool = False
    processes: bool = False  # start programs: a compiler, which torch.compile and Triton need


AS_A_RULE = Allowances()


@dataclass(frozen=True)
class Policy:
    """What one worker may do. `temp` is its own directory; nothing in `hidden` may be read.

    `readable` is `readable_paths(hidden)`, worked out once before the fork; without it each worker does so itself.
    """

    temp: Path
    hidden: tuple[Path, ...]
    memory_bytes: int = 2 << 30
    cpu_seconds: int = 120
    isolated: bool = True
    readable: tuple[Path, ...] | None = None
    allowed: Allowances = AS_A_RULE


def available() -> Isolation:
    """What this machine could give. Changes nothing, but imports pyseccomp: call it before the fork."""
    version, filtered = landlock.abi(), seccomp.available()
    return Isolation("kernel" if version and filtered else "process", version, filtered, _lacks(version, filtered))


@dataclass(frozen=True)
class Prepared:
    """What is the same for all workers of a kind: how far this machine confines them, and the rules but for `temp`."""

    isolation: Isolation
    rules: landlock.Rules


def prepare(readable: Iterable[str | Path], isolated: bool, allowed: Allowances) -> Prepared:
    """Work it out; before the fork, so that no worker has to. `readable` is what `readable_paths` gave."""
    if not isolated:
        return Prepared(Isolation("process", 0, False, ("isolation (not asked for)",)), landlock.Rules((), ()))
    if seccomp.available():
        seccomp.compiled(allowed.gpu, allowed.processes)
    paths = tuple(Path(path) for path in readable)
    devices, system = gpu_paths() if allowed.gpu else ([], [])
    rules = landlock.Rules(
        read=(*paths, *system),
        write=(_WRITABLE_DEVICE,),
        listed=tuple(_listed(paths)),
        devices=tuple(devices),
        execute=(*paths, *map(Path, _PROGRAMS)) if allowed.processes else (),
    )
    return Prepared(available(), rules)


def confine(policy: Policy, prepared: Prepared | None = None) -> Isolation:
    """Confine the calling process for good; it has just been forked and has one thread. OSError where that fails.

    Landlock and seccomp are left out, and named in `lacks`, only where the machine does not have them.
    """
    if prepared is None:
        readable = readable_paths(policy.hidden) if policy.readable is None else policy.readable
        prepared = prepare(readable, policy.isolated, policy.allowed)
    isolation, rules = prepared.isolation, prepared.rules
    memory_bytes = policy.memory_bytes + (_GPU_DATA_BYTES if policy.allowed.gpu else 0)
    limits.set_resource_limits(memory_bytes, policy.cpu_seconds, _FILE_BYTES)
    if not policy.isolated:
        return isolation
    if sys.platform == "linux":
        if len(os.listdir("/proc/self/task")) != 1:  # Landlock and seccomp bind the calling thread only
            raise RuntimeError("a worker must be confined before it has threads")
        limits.volunteer_to_die()
        limits.drop_capabilities()
    if isolation.landlock_abi:
        if any(policy.temp in (path, *path.parents) for path in policy.hidden):
            raise ValueError(f"{policy.temp}: a worker's own directory must not hold what is hidden")
        own = f"/proc/{os.getpid()}"
        rules = replace(rules, read=(*rules.read, own), write=(*rules.write, policy.temp))
        landlock.restrict(rules)
    if isolation.seccomp:
        seccomp.install(policy.allowed.gpu, policy.allowed.processes)
    return isolation


def gpu_paths() -> tuple[list[Path], list[Path]]:
    """The driver's devices, and what it reads."""
    devices = [path for pattern in _GPU_DEVICES for path in sorted(Path("/dev").glob(pattern))]
    return devices, [Path(name) for name in _GPU_SYSTEM]


def readable_paths(hidden: Iterable[Path]) -> list[Path]:
    """What a worker may read beside its own files: libraries, system data, and nothing that is or holds `hidden`."""
    return without((*_import_directories(), *_library_directories(), *_SYSTEM), hidden)


def without(allowed: Iterable[Path], hidden: Iterable[Path]) -> list[Path]:
    """`allowed`, resolved and less `hidden`: a directory that holds a hidden path gives way to its other entries."""
    barred = {path.resolve() for path in hidden}
    return _outermost(kept for path in allowed if os.path.exists(path) for kept in _visible(path.resolve(), barred))


def _visible(path: Path, barred: set[Path]) -> Iterator[Path]:
    if not barred.isdisjoint((path, *path.parents)):
        return
    if not any(path in inner.parents for inner in barred):
        yield path
        return
    for entry in _entries(path):
        if not entry.is_symlink():  # a rule binds what a link points to, which has a path of its own
            yield from _visible(entry, barred)


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError:  # what we cannot list, a worker cannot read
        return []


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """Each path once, and none that lies inside another: fewer rules."""
    found = set(paths)
    return sorted(path for path in found if found.isdisjoint(path.parents))


def _import_directories() -> list[Path]:
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = {path for vars in ({}, base) for name in names if (path := sysconfig.get_path(name, vars=vars))}
    return [Path(path) for path in sorted(found)]


def _library_directories() -> list[Path]:
    """Where shared libraries lie beside the system's own: the interpreter's, and the loader's variable."""
    entries = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    named = (Path(entry) for entry in entries if entry.startswith("/"))
    return [Path(sys.base_prefix, "lib"), Path(sys.prefix, "lib"), *(path for path in named if len(path.parts) > 2)]


def _listed(readable: Iterable[Path]) -> list[Path]:
    """Import directories that `without` took apart: the import system still has to list them."""
    apart = {path.parent for path in readable}
    return [path for entry in sys.path if (path := Path(os.path.realpath(entry))) in apart]


def _lacks(version: int, filtered: bool) -> tuple[str, ...]:
    missing = [] if filtered else ["no system-call filter (libseccomp or pyseccomp missing, or not Linux)"]
    if not version:
        return "no Landlock (kernel too old, or not Linux)", *missing
    return *(phrase for since, phrase in _SINCE if version < since), *missing
