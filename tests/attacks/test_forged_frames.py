"""Answers that find the wire and write to it themselves: a forged frame is at best what they could have returned."""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, why

# `wire` is the socket; `frame(node)` a well-formed frame, `reply(node)` one that says what a call gave.
FORGE = """
import gc, os, socket, struct, threading
import msgpack
import numpy as np

def find():
    for number in range(3, 64):
        try:
            return socket.socket(fileno=os.dup(number))
        except OSError:
            continue

wire = find()
write = wire.sendall

def frame(node, arrays=b"", magic=b"etu1"):
    header = msgpack.packb(node)
    return struct.pack("<4sIQ", magic, len(header), len(arrays)) + header + arrays

def mapping(**nodes):
    return [b"dict", [[[b"str", key.encode()], node] for key, node in nodes.items()]]

def reply(node, arrays=b""):
    return frame(mapping(value=node), arrays)

def array(y):
    return [b"array", y.dtype.name.encode(), list(y.shape), y.nbytes], y.tobytes()

def is_open(number):
    return os.path.exists(f"/proc/self/fd/{number}")

NONE, LIST = [b"none"], [b"list", []]
"""

DURING_A_CALL = {
    "a made-up value": "write(reply(*array(np.ones_like(x))))",
    "a made-up scalar": "write(reply([b'bool', True]))",
    "none": "write(reply(NONE))",
    "two values": "write(reply(NONE) * 2)",
    "an answer to the next requests too": "write(reply(*array(np.ones_like(x))) * 5)",
    "an exception": "write(frame(mapping(raised=mapping(type=[b'str', b'Passed'], bases=LIST))))",
    "an exception of nothing": "write(frame(mapping(raised=NONE)))",
    "a refusal of nothing": "write(frame(mapping(unsendable=[b'int', 5])))",
    "a verdict": "write(frame(mapping(passed=[b'bool', True], score=[b'int', 5])))",
    "a value and an exception": "write(frame(mapping(value=NONE, raised=NONE)))",
    "no dict": "write(frame([b'str', b'passed']))",
    "a dict with odd keys": "write(frame([b'dict', [[NONE, NONE]]]))",
    "an isolation": "write(frame(mapping(level=[b'str', b'kernel'], seccomp=[b'bool', True])))",
    "garbage": "write(os.urandom(500))",
    "another magic": "write(frame(NONE, magic=b'HTTP'))",
    "no header": "write(struct.pack('<4sIQ', b'etu1', 0, 0))",
    "a header of garbage": "write(struct.pack('<4sIQ', b'etu1', 99, 0) + os.urandom(99))",
    "a huge header": "write(struct.pack('<4sIQ', b'etu1', 0xFFFFFFFF, 0))",
    "a huge array": "write(struct.pack('<4sIQ', b'etu1', 9, 1 << 63))",
    "arrays that nobody named": "write(frame(NONE, bytes(999)))",
    "a shared array": "write(reply([b'shared', b'float64', [4], 0]))",
    "an unknown tag": "write(reply([b'pickle', b'cos.system']))",
    "a handle": "write(reply([b'handle', 1 << 63, b'Module']))",
    "a callback as a value": "write(reply([b'callback', 0]))",
    "a callback that there is not": "write(frame(mapping(callback=[b'int', 0], args=LIST)))",
    "a callback without a number": "write(frame(mapping(callback=[b'str', b'eval'], args=LIST)))",
    "a callback without arguments": "write(frame(mapping(callback=[b'int', 0])))",
    "callbacks without end": "write(frame(mapping(callback=[b'int', 0], args=LIST)) * 1000)",
    "descriptors": "socket.send_fds(wire, [reply(NONE)], [0, 1, 2])",
    "urgent data": "wire.send(b'e', socket.MSG_OOB) if hasattr(socket, 'MSG_OOB') else None",
}
CUT = {
    "shut for writing": "wire.shutdown(socket.SHUT_WR)",
    "shut for reading": "wire.shutdown(socket.SHUT_RD)",
    "shut": "wire.shutdown(socket.SHUT_RDWR)",
    "closed": "[os.close(number) for number in range(3, 64) if number != wire.fileno() and is_open(number)]",
    "half a frame, then shut": "write(reply(NONE)[:20]); wire.shutdown(socket.SHUT_WR)",
    "something else in its place": "[os.dup2(1, number) for number in range(3, 64) if is_open(number)]",
}
TWO = ("test_keeps_dtype", "test_argument_unchanged")  # the one that is spoiled, and one after it
HANGS = {
    "half a prefix": "write(b'etu')\n    threading.Event().wait()",
    "half a frame": "write(reply([b'bytes', bytes(999)])[:-5])\n    threading.Event().wait()",
    "the next request, read away": "threading.Thread(target=lambda: [wire.recv(99) for _ in range(99)]).start()",
}


def answer(inside: str) -> str:
    return f"{FORGE}\ndef double(x):\n    {inside}\n    return x * 3\n"


@pytest.mark.parametrize("kind", DURING_A_CALL)
def test_written_during_a_call(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    checks = TWO if kind in ("a made-up value", "two values", "an exception") else TWO[:1]
    report = attack(answer(DURING_A_CALL[kind]), timeout=5, checks=checks)
    assert "Error" not in why(report) or "PermissionError" in why(report)  # it did write, or was not allowed to
    assert_harmless(report)


@pytest.mark.parametrize("kind", CUT)
def test_the_wire_is_cut(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(answer(CUT[kind]), timeout=5)
    assert report.score <= 1  # the rules
    assert_harmless(report)


@pytest.mark.parametrize("kind", HANGS)
def test_the_host_waits_no_longer_than_a_call_may_take(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(answer(HANGS[kind]), timeout=0.5)
    assert report.seconds < 30
    assert_harmless(report)


BEFORE = {
    "the reply to its own loading": "write(reply(mapping(missing=LIST, there=LIST)))",
    "replies to all that will be asked": "write(reply(mapping(missing=LIST, there=LIST)) + reply(NONE) * 20)",
    "a value": "write(reply([b'float', 1.0]))",
    "names that are none": "write(reply(mapping(missing=LIST, there=[b'list', [NONE, [b'float', 1.0]]])))",
    "a long name": "write(reply(mapping(missing=[b'list', [[b'str', b'x' * 10**6]]], there=LIST)))",
}


@pytest.mark.parametrize("kind", BEFORE)
def test_written_when_imported(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    report = attack(f"{FORGE}\n{BEFORE[kind]}\ndef double(x):\n    return x * 3\n", timeout=5, checks=TWO)
    assert len(str(report.to_json())) < 100_000
    assert_harmless(report)


def test_an_entry_point_that_is_said_to_be_there(attack: Attack, assert_harmless: Harmless) -> None:
    """The reply to the loading claims what the module does not have; nothing is earned by it but the rules."""
    source = f"{FORGE}\nwrite(reply(mapping(missing=LIST, there=LIST)))\nthreading.Event().wait()\n"
    report = attack(source, timeout=0.5)
    assert report.score <= 1
    assert_harmless(report)


def test_a_thread_that_answers_in_the_servers_place(attack: Attack, assert_harmless: Harmless) -> None:
    """It reads every request and says to each that all is well."""
    serve = """
def serve():
    while True:
        wire.recv(1 << 16)
        write(reply(mapping(value=NONE, args=LIST, kwargs=mapping(), settings=LIST)))
threading.Thread(target=serve, daemon=True).start()
def double(x):
    return x * 3
"""
    report = attack(FORGE + serve, timeout=1)
    assert_harmless(report)


def test_a_frame_between_two_requests(attack: Attack, assert_harmless: Harmless) -> None:
    """Sent when nobody asked: whatever it says, it ends the worker that sent it."""
    later = "threading.Timer(0.001, lambda: write(reply(NONE))).start()"
    report = attack(answer(f"{later}; import time; time.sleep(0.01)"), timeout=5)
    assert "a descriptor that is not its own" in why(report) or report.checks[0].rationale is not None
    assert_harmless(report)
