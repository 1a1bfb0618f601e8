"""An exception of the candidate's code, as the worker described it, in words for the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from etude.judge.brief import cut

_PROCESS_MAKERS = ("subprocess.py", "popen_fork.py", "popen_spawn_posix.py", "forkserver.py", "process.py", "pty.py")
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

    def traceback(self, filename: str) -> str | None:
        """The candidate's own lines, innermost last."""
        lines = [f"{filename}:{line} in {function}\n    {text}" for line, function, text in self.frames]
        return "\n".join(lines) or None

    def problem(self, memory_limit: str) -> tuple[str, str | None]:
        """One sentence, and the advice that goes with it where the sandbox was the cause."""
        if self.type == "MemoryError" or any(words in self.message for words in _NO_MEMORY):
            return f"{memory_limit}: your code used more", None
        if self.type == "NotImplementedError" and not self.message:
            return "not implemented yet", None
        if self.type == "SystemExit":
            return f"your code called sys.exit({self.message})", "Return the result; the judge ends the process."
        if self.type == "PermissionError":
            return self._denied()
        return f"your code raised {self.summary()}", None

    def _denied(self) -> tuple[str, str]:
        last = self.frames[-1][2] if self.frames else ""
        problem = f"your code raised {self.summary()}"
        if self.origin.startswith(_PROCESS_MAKERS) or any(word in last for word in ("fork", "spawn", "exec", "Popen")):
            return f"your code tried to start a process ({self.summary()})", "Answers run in one process."
        if self.origin.startswith("socket.py") or "socket" in last:
            return f"your code tried to use the network ({self.summary()})", "Answers run without a network."
        return problem, "Answers may read the libraries, and read and write only their own temporary directory."
