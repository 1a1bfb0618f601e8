"""Landlock: what the calling thread may read and write from now on, by path. It has no deny rule."""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from etude.sandbox.libc import checked, libc

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every architecture that we run on
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_PR_SET_NO_NEW_PRIVS = 38

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << bit for bit in range(6))
_MAKE_CHAR, _MAKE_DIR, _MAKE_REG, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK, _MAKE_SYM = (1 << bit for bit in range(6, 13))
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_BASE = (1 << 13) - 1
_ADDED = ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV))  # what each version brought

# As a rule nothing is granted EXECUTE: mapping a shared library takes READ_FILE only.
_READ = _READ_FILE | _READ_DIR
_WRITE = _READ | _WRITE_FILE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER | _TRUNCATE
_DEVICE = _READ_FILE | _WRITE_FILE | _IOCTL_DEV
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV  # the kernel refuses others on a file

_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract UNIX sockets, signals
_NAME = "Landlock"
_QUIET = 1  # keep a candidate's refusals out of the machine's audit log


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int:
    """The kernel's Landlock version; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    version: int = libc().syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION_FLAG)
    return max(version, 0)


@dataclass(frozen=True)
class Rules:
    """What may be done, by path, with all that lies below it."""

    read: Sequence[Path | str]
    write: Sequence[Path | str]
    listed: Sequence[Path] = ()  # directories whose names may be read, and no more
    devices: Sequence[Path] = ()
    execute: Sequence[Path] = ()  # and read


def restrict(rules: Rules) -> None:
    """Confine the calling thread to the rules.

    A path that is missing is left out. OSError where the kernel has no Landlock or takes a rule amiss.
    """
    c, version = libc(), abi()
    handled = _BASE | sum(right for since, right in _ADDED if version >= since)
    attributes = _Ruleset(handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    ruleset = checked(c.syscall(_CREATE, ctypes.byref(attributes), ctypes.c_size_t(_ruleset_size(version)), 0), _NAME)
    try:
        for paths, rights in (
            (rules.read, _READ),
            (rules.write, _WRITE),
            (rules.listed, _READ_DIR),
            (rules.devices, _DEVICE),
            (rules.execute, _READ | _EXECUTE),
        ):
            for path in paths:
                _allow(c, ruleset, path, rights & handled)
        checked(c.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), _NAME)
        checked(c.syscall(_RESTRICT, ruleset, _QUIET if version >= 7 else 0), _NAME)
    finally:
        os.close(ruleset)


def _allow(c: ctypes.CDLL, ruleset: int, path: Path | str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # missing, or out of our own reach anyway
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _FILE_RIGHTS
        if rights:
            rule = _PathBeneath(rights, descriptor)
            checked(c.syscall(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0), _NAME)
    finally:
        os.close(descriptor)


def _ruleset_size(version: int) -> int:
    return 8 if version < 4 else 16 if version < 6 else 24
