"""The network and every other kind of socket; and what the report says of it."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.conftest import Attack, Harmless, number, why


@dataclass(frozen=True)
class Listeners:
    """Servers of ours: nobody may come."""

    tcp: socket.socket
    udp: socket.socket
    path: socket.socket
    abstract: socket.socket

    def visitors(self) -> list[str]:
        came = []
        for name, server in vars(self).items():
            try:
                server.recv(1) if server.type == socket.SOCK_DGRAM else server.accept()
                came.append(name)
            except BlockingIOError:
                pass
        return came


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as path,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        path.bind(str(Path(folder, "socket")))
        abstract.bind(f"\0etude-attack-{os.getpid()}")
        for server in (tcp, path, abstract):
            server.listen()
        for server in (tcp, udp, path, abstract):
            server.setblocking(False)
        yield Listeners(tcp, udp, path, abstract)


def test_nobody_is_reached(listeners: Listeners, raid: Attack, assert_harmless: Harmless) -> None:
    tcp, udp = listeners.tcp.getsockname()[1], listeners.udp.getsockname()[1]
    path, abstract = listeners.path.getsockname(), listeners.abstract.getsockname()
    tries = {
        "TCP": f"socket.create_connection(('127.0.0.1', {tcp}), 1)",
        "TCP, not blocking": f"NEW().connect_ex(('127.0.0.1', {tcp})) in (0, 115) or 1 / 0",
        "TCP, fast open": f"NEW().sendto(b'x', 0x20000000, ('127.0.0.1', {tcp}))",
        "UDP": f"NEW(2, 2).sendto(b'x', ('127.0.0.1', {udp}))",
        "UNIX": f"NEW(1).connect({path!r})",
        "UNIX, datagrams": f"NEW(1, 2).sendto(b'x', {path!r})",
        "abstract": f"NEW(1).connect({abstract!r})",
        "a pair's end to UNIX": f"socket.socketpair()[0].connect({path!r})",
        "a pair's end to abstract": f"socket.socketpair()[0].connect({abstract!r})",
        "a pair's end, sent to": f"socket.socketpair()[0].sendto(b'x', {abstract!r})",
        "the wire, connected": f"socket.socket(fileno=os.dup(3)).connect({abstract!r})",
        "C": "LIBC.socket(2, 1, 0) >= 0 or 1 / 0",
        "io_uring": f"syscall({number('io_uring_setup')}, 4, bytes(120))",
    }
    assert_harmless(raid(tries, before="NEW = socket.socket"))
    assert listeners.visitors() == []


def test_no_server(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {
        "TCP": "socket.create_server(('127.0.0.1', 0))",
        "UDP": "socket.socket(2, 2).bind(('127.0.0.1', 0))",
        "UNIX": "socket.socket(1).bind('socket')",
        "abstract": "socket.socket(1).bind('\\0etude-attack')",
        "a pair's end, bound": "socket.socketpair()[0].bind('socket')",
        "a pair's end, listening": "socket.socketpair()[0].listen()",
        "a pair's end, accepting": "socket.socketpair()[0].accept()",
        "named pipe": "os.mkfifo('pipe')",
        "socket file": "os.mknod('socket', 0o140600)",
    }
    assert_harmless(raid(tries))


FAMILIES = {
    "netlink": (16, 3),
    "packet": (17, 3),
    "raw": (2, 3),
    "vsock": (40, 1),
    "alg": (38, 5),
    "bluetooth": (31, 3),
}


def test_no_socket_of_any_family(raid: Attack, assert_harmless: Harmless) -> None:
    tries = {name: f"socket.socket({family}, {kind}, 0)" for name, (family, kind) in FAMILIES.items()}
    tries |= {f"family {family}": f"socket.socket({family}, {kind}, 0)" for family in range(46) for kind in (1, 2)}
    tries |= {f"pair of type {kind}": f"socket.socketpair(1, {kind}, 0)" for kind in (2, 3, 5, 10)}
    tries |= {f"pair of family {family}": f"socket.socketpair({family}, 1, 0)" for family in (2, 10, 16, 30)}
    assert_harmless(raid(tries))


ONLINE = {
    "socket": "socket.socket()",
    "connection": "socket.create_connection(('127.0.0.1', 9))",
    "server": "socket.create_server(('127.0.0.1', 0))",
    "name": "socket.gethostbyname('example.org')",
    "address": "socket.getaddrinfo('example.org', 443)",
    "urllib": "urllib.request.urlopen('http://example.org')",
    "http": "http.client.HTTPConnection('127.0.0.1').request('GET', '/')",
    "smtp": "smtplib.SMTP('127.0.0.1')",
    "asyncio": "asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
}


@pytest.mark.parametrize("kind", ONLINE)
def test_the_report_says_that_there_is_no_network(attack: Attack, assert_harmless: Harmless, kind: str) -> None:
    modules = "import asyncio, http.client, smtplib, socket, urllib.request\n"
    report = attack(f"{modules}def double(x):\n    {ONLINE[kind]}\n    return x\n", checks=("test_keeps_dtype",))
    assert why(report).startswith("your code tried to use the network")
    assert report.checks[0].help == "Answers run without a network."
    assert_harmless(report)


def test_a_pair_of_streams_still_works(attack: Attack, assert_harmless: Harmless) -> None:
    """asyncio's loop needs one."""
    source = (
        "import asyncio\n"
        "async def twice(x):\n"
        "    await asyncio.sleep(0)\n"
        "    return 2 * x\n"
        "def double(x):\n"
        "    return asyncio.run(twice(x))\n"
    )
    report = attack(source)
    assert report.full_marks
