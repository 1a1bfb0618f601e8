"""The descriptor of the wire, closed, cut, starved and stuffed. (Forged frames have a file of their own.)"""

from __future__ import annotations

import pytest

from tests.attacks.conftest import Attack, Harmless, why

ONE = ("test_keeps_dtype",)
TAMPERED = "your code closed, or wrote to, a descriptor that is not its own"
BROKE = "your code broke the worker between two calls"
BEFORE = (
    "import os, socket, struct, threading, time\n"
    "WIRE = socket.socket(fileno=os.dup(3))\n"
    "OTHER, PAIR = socket.socketpair()\n"
)

ACTS = {
    "closed": ("os.close(3)", BROKE),
    "closed twice over": ("os.closerange(3, 512)", BROKE),
    "replaced": ("os.dup2(0, 3)", BROKE),
    "replaced by a socket": ("os.dup2(PAIR.fileno(), 3)", "time limit"),
    "shut down": ("WIRE.shutdown(socket.SHUT_RDWR)", BROKE),
    "shut down for reading": ("WIRE.shutdown(socket.SHUT_RD)", "the values are wrong"),
    "shut down for writing": ("WIRE.shutdown(socket.SHUT_WR)", BROKE),
    "closed and alive": ("os.closerange(3, 512)\n    while True: pass", TAMPERED),
    "garbage": ("os.write(3, bytes(4096))", TAMPERED),
    "half a frame": ("os.write(3, b'etu1')", TAMPERED),
    "half a frame, and gone": ("os.write(3, b'etu1'); os._exit(7)", "your code ended its process (exit status 7)"),
    "a frame too large": ("WIRE.send(struct.pack('<4sIQ', b'etu1', 1, 1 << 60))", TAMPERED),
    "a frame that never comes": ("WIRE.send(struct.pack('<4sIQ', b'etu1', 1 << 20, 0)); time.sleep(9)", "time limit"),
    "blocking": ("WIRE.setblocking(False)", "the values are wrong"),
    "a small buffer": ("WIRE.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)", "the values are wrong"),
    "credentials asked for": ("WIRE.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)", "the values are wrong"),
}


@pytest.mark.parametrize("kind", ACTS)
def test_tampering(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    act, words = ACTS[kind]
    report = attack(f"{BEFORE}def double(x):\n    {act}\n    return x\n", checks=ONE, timeout=0.5)
    assert words in why(report)
    assert_harmless(report)


def test_what_a_stream_of_bytes_may_not_carry(raid: Attack, assert_harmless: Harmless) -> None:
    """Descriptors in flight can be counted by nobody; bytes out of band have been a source of bugs in the kernel."""
    tries = {
        "descriptors to the host": "socket.send_fds(socket.socket(fileno=os.dup(3)), [b'x'], [0, 1, 2])",
        "descriptors to itself": "socket.send_fds(PAIR[0], [b'x'], [0])",
        "credentials": "PAIR[0].sendmsg([b'x'], [(1, 2, struct.pack('<iii', 1, 0, 0))])",
        "out of band": "PAIR[0].send(b'x', socket.MSG_OOB)",
        "out of band to the host": "socket.socket(fileno=os.dup(3)).send(b'x', socket.MSG_OOB)",
        "read out of band": "PAIR[1].recv(1, socket.MSG_OOB | socket.MSG_DONTWAIT)",
    }
    assert_harmless(raid(tries, before="PAIR = socket.socketpair()"))


def test_a_host_that_is_kept_reading_still_looks_at_the_limits(attack: Attack, assert_harmless: Harmless) -> None:
    source = (
        f"{BEFORE}"
        "def trickle():\n"
        "    WIRE.send(struct.pack('<4sIQ', b'etu1', 4 << 20, 0))\n"
        "    while True:\n"
        "        WIRE.send(b'x')\n"
        "        time.sleep(0.001)\n"
        "def double(x):\n"
        "    threading.Thread(target=trickle, daemon=True).start()\n"
        "    for i in range(2_000):\n"
        "        os.symlink('x', f'f{i}')\n"
        "    time.sleep(0.5)\n"
        "    os._exit(0)\n"
    )
    report = attack(source, checks=ONE)
    assert why(report).startswith("temporary file limit")
    assert_harmless(report)


@pytest.mark.parametrize("count", [100, 10**6])
def test_replies_that_nobody_asked_for(attack: Attack, assert_harmless: Harmless, count: int) -> None:
    source = (
        f"{BEFORE}"
        "reply = os.dup(3)\n"
        "def double(x):\n"
        "    def flood():\n"
        f"        for _ in range({count}):\n"
        "            os.write(reply, struct.pack('<4sIQ', b'etu1', 7, 0) + b'\\x91\\xc4\\x04none')\n"
        "    threading.Thread(target=flood, daemon=True).start()\n"
        "    return x\n"
    )
    assert_harmless(attack(source, timeout=1))
