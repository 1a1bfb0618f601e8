"""Which workers of a cluster are there, and what each can grade."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import etude
from etude.batch.cluster_worker import fitness
from etude.errors import EtudeError

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 60.0  # seconds for a first worker to come
LOOK_SECONDS = 1.0  # between two looks at who is there

Say = Callable[[str], None]
Needs = tuple[str, ...]  # extras of étude


class Crew:
    """Looked at again and again: workers join, and die. EtudeError where none comes, or none can grade."""

    def __init__(self, client: Client, say: Say) -> None:
        self._client, self._say = client, say
        self._names: dict[str, str] = {}  # of every worker, by its address
        self._able: dict[Needs, dict[str, bool]] = {}
        self._looked = 0.0
        self._told = False
        self.threads = 0
        self._wait_for_a_worker()

    @property
    def names(self) -> frozenset[str]:
        """The addresses of those that are there."""
        return frozenset(self._names)

    def look(self) -> None:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            workers = self._workers()
            self._names = {address: str(info.get("name", address)) for address, info in workers.items()}
            self.threads = sum(info["nthreads"] for info in workers.values())
            self._looked = time.monotonic()

    def able(self, needs: Needs) -> list[str]:
        """The addresses of those that can grade by `needs`; the others are named, once. None: all have gone."""
        first = needs not in self._able
        known = self._able.setdefault(needs, {})
        if new := [address for address in self._names if address not in known]:
            for address, said in self._client.run(fitness, needs, workers=new, on_error="return").items():
                if isinstance(said, OSError):
                    continue  # it has died since
                version, missing = said if isinstance(said, tuple) else ("none that answers", ())
                known[address] = version == etude.__version__ and not missing
                if not known[address]:
                    lacks = (
                        f"lacks {', '.join(missing)}" if missing else f"has étude {version}, not {etude.__version__}"
                    )
                    self._say(f"worker {self._names[address]}: {lacks}: it gets none of these answers")
        found = [address for address in self._names if known.get(address)]
        if first and not found:
            wanted = f" with {', '.join(needs)}" if needs else ""
            raise EtudeError("--cluster", f"no worker has étude {etude.__version__}{wanted}", "install it on one")
        if not found and not self._told:
            self._say("no worker is left for these answers; waiting for one to join (Ctrl-C loses nothing)")
        self._told = not found
        return found

    def _workers(self) -> dict[str, dict[str, Any]]:
        """By address; ConnectionError where the scheduler is gone."""
        found: dict[str, dict[str, Any]] | None = self._client.scheduler_info(-1).get("workers")
        if found is None or self._client.status != "running":
            raise ConnectionError("the scheduler has gone")
        return found

    def _wait_for_a_worker(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self._workers():
            if time.monotonic() > until:
                raise EtudeError("--cluster", "the scheduler has no worker", "start `dask worker` with its address")
            time.sleep(0.1)
