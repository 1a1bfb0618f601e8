"""The zygote's control: messages of any length, in any pieces; a request that fails does not end it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading

import pytest

from etude.sandbox import control


def test_messages_longer_than_any_buffer_cross_whole() -> None:
    """The allow-list of a large environment is long."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    message = {"readable": [f"/usr/lib/python3/{number:0200}" for number in range(5_000)]}
    with ours, theirs, open(os.devnull) as file:
        sender = threading.Thread(target=control.send, args=(ours, message, [file.fileno()] * 3))
        sender.start()
        found, descriptors = control.receive(theirs)
        sender.join()
    assert found == message
    assert len(descriptors) == 3
    for descriptor in descriptors:
        os.close(descriptor)


@pytest.mark.parametrize("sent", [b"", b"\x05", b"\x05\x00\x00\x00", b"\x05\x00\x00\x00{}"])
def test_an_end_that_goes_is_noticed_wherever_it_stops(sent: bytes) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        ours.sendall(sent)
        ours.close()
        with pytest.raises(ConnectionError):
            control.receive(theirs)


SCRIPT = """
import os, signal, socket, sys, tempfile
from etude.sandbox.policy import available
from etude.sandbox.wire import Channel
from etude.sandbox.worker import WorkerSpec
from etude.sandbox.zygote import Zygote

available()
zygote = Zygote.fork()

def worker(readable=()):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    spec = WorkerSpec(tempfile.mkdtemp(), tuple(readable), False, 10, 0)
    pid = zygote.spawn(spec, [theirs.fileno(), os.open(os.devnull, os.O_WRONLY)])
    theirs.close()
    channel = Channel(ours)
    channel.receive()
    return pid, channel

first, channel = worker(f"/no/such/place/{number:0200}" for number in range(2_000))
second, other = worker()
source = "def f(x):\\n    return x + 1\\n"
channel.send({"do": "load", "source": source, "filename": "a.py", "probe": None, "entry_points": ["f"]})
assert channel.receive() == {"value": {"missing": [], "there": ["f"]}}
channel.send({"do": "call", "target": ["submission", "f"], "args": [1], "kwargs": {}, "mode": "value"})
assert channel.receive() == {"value": 2}
for pid in (1 << 22, zygote.pid, os.getpid()):  # no child of the zygote's: it says so, and goes on
    try:
        print("ended", zygote.end(pid))
    except RuntimeError as error:
        print("refused")
assert zygote.end(first) == -signal.SIGKILL
os.kill(second, signal.SIGTERM)
assert zygote.end(second) in (-signal.SIGTERM, -signal.SIGKILL)
third, channel = worker()
assert not os.path.exists(f"/proc/{first}")
os.kill(zygote.pid, signal.SIGKILL)
try:
    zygote.spawn(WorkerSpec("/", (), False, 1, 0), [])
except RuntimeError as error:
    print(error)
try:
    channel.receive()
except ConnectionError:
    print("workers end with it")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a zygote needs Linux")
def test_a_zygote_from_its_fork_to_its_end() -> None:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(SCRIPT)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["refused"] * 3 + ["the zygote is gone", "workers end with it"]
