"""The channel: frames in pieces, frames cut short, deadlines, and a wire that is full."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from etude.sandbox.wire import Channel, Encoder, TooMuchError, UnsendableError, WireError
from etude.sandbox.wire.channel import MAGIC, PREFIX
from etude.sandbox.wire.values import MAX_BYTES, MAX_HEADER
from tests.wire_support import same

VALUE = {"a": [1, 2.5, None, "ä"], "b": np.arange(12.0).reshape(3, 4), "c": (b"", True)}


def frame(value: object) -> bytes:
    encoder = Encoder()
    header = encoder.header(value)
    return PREFIX.pack(MAGIC, len(header), sum(map(len, encoder.blobs))) + header + b"".join(encoder.blobs)


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel, and the bare other end of its wire."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    yield Channel(ours), theirs
    ours.close()
    theirs.close()


Ends = tuple[Channel, socket.socket]


def soon() -> float:
    return time.monotonic() + 0.1


@pytest.mark.parametrize("size", [1, 7, 16, 1 << 20])
def test_a_frame_may_come_in_pieces(ends: Ends, size: int) -> None:
    channel, theirs = ends
    data = frame(VALUE)

    def trickle() -> None:
        for start in range(0, len(data), size):
            theirs.sendall(data[start : start + size])

    thread = threading.Thread(target=trickle)
    thread.start()
    assert same(channel.receive(deadline=time.monotonic() + 30), VALUE)
    thread.join()
    assert not channel.pending()


def test_several_frames_may_come_at_once(ends: Ends) -> None:
    channel, theirs = ends
    theirs.sendall(frame(VALUE) + frame(1) + frame([]))
    assert same([channel.receive(), channel.receive()], [VALUE, 1])
    assert channel.pending()
    assert channel.receive() == []


@pytest.mark.parametrize("kept", [0, 1, PREFIX.size - 1, PREFIX.size, PREFIX.size + 5, -1])
def test_the_other_end_may_go_in_the_middle_of_a_frame(ends: Ends, kept: int) -> None:
    channel, theirs = ends
    theirs.sendall(frame(VALUE)[:kept])
    theirs.close()
    assert channel.pending() or kept == 0
    for deadline in (None, soon()):
        with pytest.raises(ConnectionError):
            channel.receive(deadline=deadline)


@pytest.mark.parametrize("kept", [0, 1, PREFIX.size, PREFIX.size + 5, -1])
def test_no_piece_of_a_frame_holds_the_reader_beyond_its_deadline(ends: Ends, kept: int) -> None:
    channel, theirs = ends
    theirs.sendall(frame(VALUE)[:kept])
    with pytest.raises(TimeoutError):
        channel.receive(deadline=soon())


def test_what_has_come_too_late_is_not_read(ends: Ends) -> None:
    """Or a peer that always has something ready would never meet its deadline."""
    channel, theirs = ends
    theirs.sendall(frame(1))
    with pytest.raises(TimeoutError):
        channel.receive(deadline=time.monotonic())


def test_a_peer_that_does_not_read_holds_the_writer_no_longer_either(ends: Ends) -> None:
    channel, _ = ends
    with pytest.raises(TimeoutError):
        channel.send(np.zeros(1 << 22), deadline=soon())


def test_whoever_waits_looks_around_and_may_give_up(ends: Ends) -> None:
    channel, _ = ends
    looks = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise KeyError("enough")

    with pytest.raises(KeyError):
        channel.receive(deadline=time.monotonic() + 30, on_wait=look)
    looks.clear()
    with pytest.raises(KeyError):
        channel.send(np.zeros(1 << 22), deadline=time.monotonic() + 30, on_wait=look)


@pytest.mark.parametrize(
    "data",
    [
        PREFIX.pack(b"GET ", 1, 0),
        PREFIX.pack(MAGIC, MAX_HEADER + 1, 0),
        PREFIX.pack(MAGIC, 1, MAX_BYTES + 1),
        PREFIX.pack(MAGIC, 0, 0),
        PREFIX.pack(MAGIC, 1, 8) + b"\xc0",
        frame(np.zeros(3))[: PREFIX.size - 8] + bytes(8) + frame(np.zeros(3))[PREFIX.size :],
    ],
)
def test_a_frame_that_is_none_is_refused_before_its_arrays_are_read(ends: Ends, data: bytes) -> None:
    channel, theirs = ends
    theirs.sendall(data)
    with pytest.raises(WireError):
        channel.receive(deadline=time.monotonic() + 30)


@pytest.mark.parametrize("value", [object(), [1] * 10**6])
def test_of_a_value_that_cannot_cross_no_byte_is_sent(ends: Ends, value: object) -> None:
    channel, theirs = ends
    with pytest.raises(UnsendableError) as refused:
        channel.send([np.zeros(3), value])
    assert isinstance(refused.value, TooMuchError) == isinstance(value, list)
    channel.send(5)
    assert Channel(theirs).receive() == 5


def test_two_channels_share_memory_for_large_arrays() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    memory = memoryview(bytearray(1 << 20))
    writer, reader = Channel(ours, shared_out=memory), Channel(theirs, shared_in=memory)
    array = np.arange(1 << 14, dtype=np.float64)
    writer.send(array, shared=True)
    assert same(reader.receive(), array)
    writer.send(array)  # not unless it was asked for
    with ours, theirs:
        assert same(reader.receive(), array)
