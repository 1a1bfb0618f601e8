"""Frames over a socket: a fixed prefix, a header, then the bytes of the arrays that the header names."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from etude.sandbox.wire.decoder import Decoder, Revive
from etude.sandbox.wire.encoder import Encoder
from etude.sandbox.wire.values import MAX_BYTES, MAX_HEADER, WireError

PREFIX = struct.Struct("<4sIQ")  # magic, bytes of header, bytes of arrays
MAGIC = b"etu1"
JOINED = 1 << 18  # bytes of arrays up to which a frame is sent in one piece
WAIT_SLICE = 0.05  # seconds between two looks at the limits while waiting

OnWait = Callable[[], None]


class Channel:
    """One end of the wire. With a deadline (time.monotonic) it raises TimeoutError, without one it blocks; while it
    waits it calls `on_wait` every 50 ms, which may raise. ConnectionError means that the other end is gone."""

    def __init__(
        self,
        sock: socket.socket,
        revive: Revive = lambda value: value,
        shared_out: memoryview | None = None,
        shared_in: memoryview | None = None,
    ) -> None:
        self._socket = sock
        self._revive = revive
        self._shared_out, self._shared_in = shared_out, shared_in
        self._looked = 0.0

    def send(
        self, value: object, *, shared: bool = False, deadline: float | None = None, on_wait: OnWait | None = None
    ) -> None:
        """Encode and send. UnsendableError, raised before a byte is sent, for a value that may not cross."""
        encoder = Encoder(self._shared_out if shared else None)
        header = encoder.header(value)
        size = sum(len(blob) for blob in encoder.blobs)
        parts = [memoryview(PREFIX.pack(MAGIC, len(header), size) + header), *encoder.blobs]
        if size <= JOINED:  # one wake-up of the other end instead of one for each array
            parts = [memoryview(b"".join(parts))]
        for part in parts:
            sent = 0
            while sent < len(part):
                try:
                    sent += self._socket.send(part[sent:], socket.MSG_DONTWAIT)
                except BlockingIOError:
                    self._wait(select.POLLOUT, deadline, on_wait)

    def receive(self, *, deadline: float | None = None, on_wait: OnWait | None = None) -> Any:
        """The next value; WireError for a frame that is not one."""
        if deadline is not None and time.monotonic() >= deadline:  # the other end may never leave us waiting
            raise TimeoutError
        self._looked = time.monotonic()

        def read(size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
            buffer = np.empty(size, np.uint8)
            self._fill(buffer.data, deadline, on_wait)
            return buffer

        magic, header_size, array_size = PREFIX.unpack(read(PREFIX.size).tobytes())
        if magic != MAGIC or header_size > MAX_HEADER or array_size > MAX_BYTES:
            raise WireError("not a frame")
        decoder = Decoder(read(header_size).tobytes(), self._shared_in)
        if decoder.array_bytes != array_size:
            raise WireError("a frame of another size than its arrays")
        return decoder.build(read, self._revive)

    def pending(self) -> bool:
        """Whether the other end has sent something that was not read yet."""
        poller = select.poll()
        poller.register(self._socket, select.POLLIN)
        return bool(poller.poll(0))

    def _fill(self, view: memoryview, deadline: float | None, on_wait: OnWait | None) -> None:
        got = 0
        while got < len(view):
            try:
                count = self._socket.recv_into(view[got:], 0, socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait(select.POLLIN, deadline, on_wait)
                continue
            if not count:
                raise ConnectionError("the other end is gone")
            got += count
            if deadline is not None and time.monotonic() > deadline:  # where it never has to wait
                raise TimeoutError

    def _wait(self, event: int, deadline: float | None, on_wait: OnWait | None) -> None:
        poller = select.poll()
        poller.register(self._socket, event)
        if deadline is None:
            poller.poll()
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        poller.poll(min(left, WAIT_SLICE) * 1000)
        if on_wait is not None and time.monotonic() - self._looked >= WAIT_SLICE:  # also where bytes trickle in
            on_wait()
            self._looked = time.monotonic()

    def close(self) -> None:
        self._socket.close()
