"""Requests to a process of ours that forks others: one JSON message at a time, with descriptors beside it."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Sequence
from typing import Any

LENGTH = struct.Struct("<I")  # goes before each message, which may come in pieces
MAX_DESCRIPTORS = 4


def ask(control: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
    """The answer to a request; ConnectionError once the other side is gone, RuntimeError where it says `error`."""
    send(control, message, descriptors)
    answer, _ = receive(control)
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer


def send(control: socket.socket, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
    data = json.dumps(message).encode()
    socket.send_fds(control, [LENGTH.pack(len(data))], list(descriptors))
    control.sendall(data)


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """The next message and the descriptors that came with it; ConnectionError once the other side is gone."""
    prefix, descriptors, _, _ = socket.recv_fds(control, LENGTH.size, MAX_DESCRIPTORS)
    prefix += _exactly(control, LENGTH.size - len(prefix)) if prefix else b""
    if not prefix:
        raise ConnectionError("the other side is gone")
    message: dict[str, Any] = json.loads(_exactly(control, *LENGTH.unpack(prefix)))
    return message, descriptors


def _exactly(control: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = control.recv(size - len(data))
        if not part:
            raise ConnectionError("the other side is gone")
        data += part
    return bytes(data)
