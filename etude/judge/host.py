"""The host process: imports the frameworks, forks the zygote, and only then learns what is to be graded.

`python -I -m etude.judge.host`, with one JSON value a line on standard input and output:
    {"preload": [...]}                  modules to import; {"forked": true} or {"missing": …} comes back
    {"hidden": [...], "isolate": true}  what no worker may read; {"isolation": …} comes back
    a Job, {"tell": …}                 {"check": name} as each check ends, if told to; then {"report": …} or
                                       {"judge_error": …}
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import sys
import threading

from etude.sandbox.latecomers import import_latecomers
from etude.sandbox.policy import available
from etude.sandbox.sweep import remove_tree
from etude.sandbox.zygote import Zygote

GRACE = 1.0  # seconds


def main() -> None:
    try:
        _serve()
    finally:
        _remove_home()


def _remove_home() -> None:
    """The client's to remove, unless it was killed. Named by the client alone: HOME may be somebody's own."""
    if home := os.environ.get("ETUDE_HOST_HOME"):
        remove_tree(home)


def _serve() -> None:
    sys.dont_write_bytecode = True
    talk_in, talk_out = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever a framework prints is no answer to the client
    from etude.judge.pipe import json_lines

    receive, send = json_lines(talk_in, talk_out)
    setup = receive()
    if setup is None:
        return
    gc.disable()  # frameworks make objects by the hundred thousand, and none is garbage: a sixth of their import's time
    for name in setup["preload"]:
        try:
            importlib.import_module(name)
        except ImportError as error:
            send({"missing": name, "error": str(error)})
            return
    import_latecomers()
    isolation = available()  # loads what confines a worker, once for all of them
    zygote = Zygote.fork()  # nothing secret is known to this process yet
    gc.enable()
    threading.Thread(target=_end_with_client, args=[talk_in], daemon=True).start()
    try:
        send({"forked": True})
        from etude.judge.session import serve

        serve(zygote, isolation, receive, send)
    finally:
        zygote.close()


def _end_with_client(talk_in: int) -> None:
    """Where the client was killed in the middle of a grading, nobody waits for the answer's time limit."""
    hang_up = select.poll()
    hang_up.register(talk_in, 0)  # of what has no event only the end is told
    hang_up.poll()
    threading.main_thread().join(GRACE)
    _remove_home()
    os._exit(0)  # zygote and worker end with this process


if __name__ == "__main__":
    main()
