"""The wire between host and worker: a fixed table of plain values, checked before anything is built.

Nothing is ever unpickled, and no attribute of a received value is looked up: what arrives is data or a `WireError`.
"""

from etude.sandbox.wire.channel import Channel
from etude.sandbox.wire.decoder import Decoder
from etude.sandbox.wire.encoder import Encoder
from etude.sandbox.wire.values import (
    CallbackValue,
    HandleValue,
    TensorValue,
    TooMuchError,
    UnsendableError,
    WireError,
)

__all__ = [
    "CallbackValue",
    "Channel",
    "Decoder",
    "Encoder",
    "HandleValue",
    "TensorValue",
    "TooMuchError",
    "UnsendableError",
    "WireError",
]
