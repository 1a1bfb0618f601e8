"""An exception of the candidate's code, as the worker described it, in words for the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from etude.judge.brief import cut
from etude.report import NOT_YET

_NO_PROCESS = "Answers run in one process."
_NO_NETWORK = "Answers run without a network."
# What was tried, the library files that say so, words in the candidate's own line or in the message, the advice.
_TRIED = (
    (
        "start a process",
        ("subprocess.py", "popen_fork.py", "popen_spawn_posix.py", "forkserver.py", "process.py", "synchronize.py"),
        re.compile(r"\b(v?fork|posix_spawnp?|(exec|spawn)[lv]p?e?|Popen|system|Process|Pool|ProcessPoolExecutor)\s*\("),
        _NO_PROCESS,
    ),
    ("use the network", ("socket.py",), re.compile(r"\bsocket\b"), _NO_NETWORK),
    (
        "share memory",
        ("shared_memory.py",),
        re.compile(r"\b(mmap|memfd_create|SharedMemory)\s*\(|/dev/shm/"),
        _NO_PROCESS,
    ),
)
# Of these Python says all that there is to say: what a check wants had no part in them.
_PLAIN = frozenset(
    {"RecursionError", "EOFError", "NotImplementedError", "NameError", "UnboundLocalError", "ImportError"}
    | {"ModuleNotFoundError", "SystemExit", "SyntaxError", "IndentationError"}
)
_NO_NAMES = ("name resolution", "Name or service not known", "urlopen error", "URL fetch failure")
_NO_MEMORY = ("DefaultCPUAllocator", "can't allocate memory", "OOM when allocating", "CUDA out of memory")


@dataclass(frozen=True)
class CandidateException:
    type: str
    bases: tuple[str, ...]  # its own class first; all but Python's own with their module
    message: str
    frames: tuple[tuple[int, str, str], ...]  # (line, function, text), the candidate's own
    origin: str  # file and function of the library that raised it, if one did

    @classmethod
    def from_wire(cls, data: Any) -> CandidateException:
        """From a worker's words, which may be anything: what is not as expected is left out."""
        data = data if isinstance(data, dict) else {}

        def text(value: Any) -> str:
            return cut(value, 2_000) if type(value) is str else ""

        def items(value: Any) -> list[Any]:
            return value[:50] if type(value) is list else []

        frames = (
            (frame[0], text(frame[1]), text(frame[2]))
            for frame in items(data.get("frames"))
            if type(frame) is tuple and len(frame) == 3 and type(frame[0]) is int
        )
        return cls(
            text(data.get("type")) or "an exception",
            tuple(text(base) for base in items(data.get("bases"))),
            text(data.get("message")),
            tuple(frames),
            text(data.get("origin")),
        )

    def summary(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type

    @property
    def is_plain(self) -> bool:
        """Whether the help of the check that met it would only mislead."""
        return self.type in _PLAIN

    def traceback(self, filename: str) -> str | None:
        """The candidate's own lines, innermost last."""
        lines = [f"{filename}:{line} in {function}\n    {text}" for line, function, text in self.frames]
        return "\n".join(lines) or None

    def problem(self, memory_limit: str) -> tuple[str, str | None]:
        """One sentence, and the advice that goes with it where the sandbox was the cause."""
        if self.type == "MemoryError" or any(words in self.message for words in _NO_MEMORY):
            return f"{memory_limit}: your code used more", None
        if self.type == "NotImplementedError" and not self.message:
            return NOT_YET, None
        if self.type == "SystemExit":
            return f"your code called sys.exit({self.message})", "Return the result; the judge ends the process."
        if self.type == "PermissionError":
            return self._denied()
        if self.type == "gaierror" or any(words in self.message for words in _NO_NAMES):
            return f"your code tried to use the network ({self.summary()})", _NO_NETWORK
        if self.message == "can't start new thread":
            return "thread limit: your code started more than it may, or their stacks took its memory", None
        if self.type == "OSError" and self.message.startswith("[Errno 27]"):
            return "temporary file limit: your code made a file larger than it may be", None
        return f"your code raised {self.summary()}", None

    def _denied(self) -> tuple[str, str]:
        last = self.frames[-1][2] if self.frames else ""
        for tried, files, words, advice in _TRIED:
            if self.origin.startswith(files) or words.search(f"{last} {self.message}"):
                return f"your code tried to {tried} ({self.summary()})", advice
        problem = f"your code raised {self.summary()}"
        if self.message.startswith("[Errno 1]"):  # a system call; a path is refused with 13
            return (
                problem,
                "Answers compute. Other processes, permissions, scheduling and clocks are out of their reach.",
            )
        return problem, "Answers may read the libraries, and read and write only their own temporary directory."
