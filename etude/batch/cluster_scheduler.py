"""The scheduler of a cluster: where it is, whether it answers, and a client of it."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from etude.batch.cluster_crew import Say
from etude.errors import EtudeError

if TYPE_CHECKING:
    from distributed import Client

TIMEOUT = 10.0  # seconds for a scheduler to answer
SILENCE = 1.0  # without a word
FIX = "give tcp://HOST:PORT, or the file that `dask scheduler --scheduler-file` writes"


def first_client(given: str, say: Say) -> Client:
    """Of a scheduler that has never answered yet: EtudeError where it does not."""
    address = _address(given)
    try:
        try:
            return _client(address, SILENCE)
        except OSError:
            say(f"{given}: waiting for the scheduler to answer")
            return _client(address, TIMEOUT)
    except (OSError, TypeError) as error:  # TypeError: tls:// without dask's settings for it
        raise no_scheduler(given, error) from None


def client_again(given: str) -> Client:
    """Of one that has answered before; OSError where it is not back yet, or has not written its file yet."""
    try:
        return _client(_address(given), TIMEOUT)
    except EtudeError as error:
        raise ConnectionError(error.problem) from None


def no_scheduler(given: str, error: BaseException) -> EtudeError:
    return EtudeError(_option(given), f"no scheduler answers there ({error})", "start `dask scheduler`")


def _client(address: str, seconds: float) -> Client:
    """A Client is made only of what answers: another waits for ever, or cannot be closed."""
    from distributed import Client

    asyncio.run(_greet(address, seconds))
    return Client(address, timeout=TIMEOUT, set_as_default=False)


async def _greet(address: str, seconds: float) -> None:
    from distributed.comm.core import connect
    from distributed.security import Security

    connecting = connect(address, timeout=seconds, **Security().get_connection_args("client"))
    try:
        greeted = await asyncio.wait_for(connecting, seconds + SILENCE)
    except TimeoutError as error:
        raise ConnectionError(str(error) or f"{address} was reached, and said nothing") from None
    await greeted.close()


def _address(given: str) -> str:
    """The address that is given, or that stands in a scheduler's file; EtudeError for what is neither."""
    from distributed.comm.addressing import get_address_host_port

    in_file = Path(given).is_file()
    address = _in_file(Path(given)) if in_file else given
    try:
        get_address_host_port(address)
    except ValueError as error:
        if in_file or "://" in given:
            problem = f"{'holds' if in_file else 'is'} no address of a scheduler ({error})"
        else:
            problem = "there is no such file, and it is no address"
        raise EtudeError(_option(given), problem, FIX) from None
    return address


def _in_file(path: Path) -> str:
    try:
        return str(json.loads(path.read_bytes())["address"])
    except OSError as error:
        raise EtudeError(_option(str(path)), f"cannot be read ({error.strerror})", "mend its permissions") from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise EtudeError(_option(str(path)), "is no scheduler's file (it names no address)", FIX) from None


def _option(given: str) -> str:
    return f"--cluster {shlex.quote(given)}"
