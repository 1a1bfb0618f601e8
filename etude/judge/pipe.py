"""The pipe between a client and its host: one JSON value a line, each way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

Send = Callable[[dict[str, Any]], None]
Receive = Callable[[], dict[str, Any] | None]


def json_lines(fd_in: int, fd_out: int) -> tuple[Receive, Send]:
    """Two functions over two descriptors; `receive` gives None once the other side is gone."""
    reader, writer = os.fdopen(fd_in, "r", encoding="utf-8"), os.fdopen(fd_out, "w", encoding="utf-8")

    def receive() -> dict[str, Any] | None:
        line = reader.readline()
        return json.loads(line) if line else None

    def send(message: dict[str, Any]) -> None:
        writer.write(json.dumps(message) + "\n")
        writer.flush()

    return receive, send
