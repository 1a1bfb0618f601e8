"""The host process: imports the frameworks, forks the zygote, and only then learns what is to be graded.

`python -I -m etude.judge.host`, with one JSON value a line on standard input and output:
    {"preload": [...]}                  modules to import; {"forked": true} or {"missing": …} comes back
    {"hidden": [...], "isolate": true}  what no worker may read; {"isolation": …} comes back
    a Job                              {"check": name} as each check ends, then {"report": …} or {"judge_error": …}
"""

from __future__ import annotations

import importlib
import os
import sys

from etude.sandbox.latecomers import import_latecomers
from etude.sandbox.policy import available
from etude.sandbox.sweep import remove_tree
from etude.sandbox.zygote import Zygote


def main() -> None:
    sys.dont_write_bytecode = True
    talk_in, talk_out = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # whatever a framework prints is no answer to the client
    from etude.judge.pipe import json_lines

    receive, send = json_lines(talk_in, talk_out)
    setup = receive()
    if setup is None:
        return
    for name in setup["preload"]:
        try:
            importlib.import_module(name)
        except ImportError as error:
            send({"missing": name, "error": str(error)})
            return
    import_latecomers()
    isolation = available()  # loads what confines a worker, once for all of them
    zygote = Zygote.fork()  # nothing secret is known to this process yet
    send({"forked": True})
    try:
        from etude.judge.session import serve

        serve(zygote, isolation, receive, send)
    finally:
        zygote.close()
        remove_tree(os.environ["HOME"])  # the client's to remove, unless it was killed


if __name__ == "__main__":
    main()
