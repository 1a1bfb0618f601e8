"""The host process: forks the zygote, and only then learns what is to be graded.

Forked from the launcher, which has imported the frameworks; one JSON value a line, each way:
    {"home": …}                         said first: where its temporary files are
    {"hidden": [...], "isolate": true}  what no worker may read; {"isolation": …} comes back
    a Job, {"tell": …}                  {"doing": text} as each check begins, if told to; then {"report": …} or
                                        {"judge_error": …}
"""

from __future__ import annotations

import gc
import os
import select
import tempfile
import threading

from etude.judge.pipe import json_lines
from etude.report import Isolation
from etude.sandbox.sweep import remove_tree
from etude.sandbox.zygote import Zygote

GRACE = 1.0  # seconds


def run(talk_in: int, talk_out: int, isolation: Isolation) -> None:
    """Until the client closes its end."""
    home = _home_of_its_own()
    try:
        receive, send = json_lines(talk_in, talk_out)
        zygote = Zygote.fork()  # nothing secret is known to this process yet
        gc.enable()
        threading.Thread(target=_end_with_client, args=[talk_in, home], daemon=True).start()
        try:
            send({"home": home})
            from etude.judge.session import serve

            serve(zygote, isolation, receive, send)
        finally:
            zygote.close()
    finally:
        remove_tree(home)


def _home_of_its_own() -> str:
    """In the launcher's. (A framework may have asked for that one before the fork, and goes on to use it.)"""
    home = tempfile.mkdtemp(prefix="host-")
    os.environ.update(HOME=home, TMPDIR=home)
    tempfile.tempdir = None
    return home


def _end_with_client(talk_in: int, home: str) -> None:
    """Where the client was killed in the middle of a grading, nobody waits for the answer's time limit."""
    hang_up = select.poll()
    hang_up.register(talk_in, 0)  # of what has no event only the end is told
    hang_up.poll()
    threading.main_thread().join(GRACE)
    remove_tree(home)
    os._exit(0)  # zygote and worker end with this process
