"""Turns a frame back into a value: every node is checked before anything is built from any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import msgpack
import numpy as np

from etude.sandbox.wire.values import (
    ALIGNMENT,
    DTYPES,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_INT_BITS,
    MAX_NODES,
    TENSOR_DTYPES,
    CallbackValue,
    HandleValue,
    Node,
    TensorValue,
    WireError,
)

LISTS_A_NODE = 3  # at most: its own, the one of its children or sizes, and a dict's pair
MAX_NAME = 200  # characters of a class's or a device's name

Allocate = Callable[[int], "np.ndarray[Any, np.dtype[np.uint8]]"]
Revive = Callable[[Any], Any]


def refuse(problem: str) -> NoReturn:
    raise WireError(problem)


class Decoder:
    """Checks one header whole, then builds its value. `revive` turns tensors, handles and callbacks into what the
    side that decodes makes of them (the worker: tensors, objects, functions; the host: leaves them as they are)."""

    def __init__(self, header: bytes, shared: memoryview | None = None) -> None:
        self._shared = shared
        self._nodes = self._lists = self._shared_bytes = 0
        self.array_bytes = 0
        most = min(MAX_NODES, len(header))  # an element takes a byte: a longer list is a claim, made to be allocated
        try:
            self._root = msgpack.unpackb(
                header, raw=True, list_hook=self._count, max_array_len=most, max_map_len=0, max_ext_len=0
            )
        except (ValueError, msgpack.UnpackException, RecursionError) as error:
            raise WireError(f"not a header: {type(error).__name__}") from None
        self._check(self._root, 0)
        if self.array_bytes > MAX_BYTES:
            refuse("too many bytes of arrays")

    def _count(self, found: list[Any]) -> list[Any]:
        """Ends a bomb of empty lists while it unfolds."""
        self._lists += 1
        if self._lists > LISTS_A_NODE * MAX_NODES:
            refuse("too many parts")
        return found

    def _check(self, node: Any, depth: int) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES or depth > MAX_DEPTH:
            refuse("too many parts or too deep")
        if type(node) is not list or not node or type(node[0]) is not bytes:
            refuse("a node is not a tagged list")
        check = _CHECKS.get(node[0])
        if check is None:
            refuse("an unknown tag")
        for child in check(self, node):
            self._check(child, depth + 1)

    def build(self, allocate: Allocate, revive: Revive) -> Any:
        """The value; `allocate(size)` gives the bytes of the next array, as the frame has them."""
        self._allocate, self._revive = allocate, revive
        return self._value(self._root)

    def _value(self, node: Node) -> Any:
        tag = node[0]
        if tag in (b"bool", b"float", b"int", b"bytes"):
            return node[1]
        if tag == b"str":
            return node[1].decode("utf-8", "surrogatepass")
        if tag == b"none":
            return None
        if tag in (b"tuple", b"list"):
            items = [self._value(child) for child in node[1]]
            return tuple(items) if tag == b"tuple" else items
        if tag == b"dict":
            return {self._value(key): self._value(value) for key, value in node[1]}
        if tag == b"array" or tag == b"shared":
            return self._array(node)
        if tag == b"scalar":
            return self._typed(np.frombuffer(node[2], np.uint8), node[1], ())[()]
        if tag == b"bigint":
            return int.from_bytes(node[1], "little", signed=True)
        if tag == b"plain":
            return self._value(node[2])
        if tag == b"handle":
            return self._revive(HandleValue(node[1], _name(node[2])))
        if tag == b"callback":
            return self._revive(CallbackValue(node[1]))
        return self._tensor(node)

    def _array(self, node: Node) -> np.ndarray[Any, Any]:
        if node[0] == b"array":
            return self._typed(self._allocate(node[3]), node[1], tuple(node[2]))
        assert self._shared is not None
        size = _size(np.dtype(node[1].decode()), node[2])
        private = np.frombuffer(self._shared, np.uint8, size, node[3]).copy()
        return self._typed(private, node[1], tuple(node[2]))

    @staticmethod
    def _typed(raw: np.ndarray[Any, Any], dtype: bytes, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        name = dtype.decode()  # any byte but 0 and 1 is no bool to NumPy
        typed: np.ndarray[Any, Any] = raw != 0 if name == "bool" else raw.view(np.dtype(name).newbyteorder("<"))
        return typed.reshape(shape)

    def _tensor(self, node: Node) -> Any:
        name, array = node[1].decode(), self._array(node[5])
        if name == "bfloat16":
            wide = array.astype(np.uint32)
            wide <<= 16  # in place: of a 0-d array, `<<` makes a scalar
            array = wide.view(np.float32)
        return self._revive(TensorValue(array, name, _name(node[2]), node[3], node[4]))

    def check_array(self, node: Node) -> None:
        shape = node[2]
        if type(shape) is not list or len(shape) > MAX_DIMENSIONS:
            refuse("a shape is not a list of at most 32 sizes")
        if any(type(size) is not int or size < 0 for size in shape):
            refuse("a size is not a non-negative int")
        dtype = np.dtype(node[1].decode())
        size, room = _size(dtype, shape), MAX_BYTES
        if _size(dtype, [max(extent, 1) for extent in shape]) > np.iinfo(np.int64).max:
            refuse("a shape too large")  # NumPy refuses such a shape even where one of its sizes is 0
        if type(node[3]) is not int or node[3] < 0:
            refuse("an array's place is not a non-negative int")
        if node[0] == b"shared":
            room = len(self._shared) if self._shared is not None else -1
            self._shared_bytes += size  # each is copied, also where they overlap
            if node[3] % ALIGNMENT or node[3] + size > room or self._shared_bytes > room:
                refuse("a shared array outside its mapping")
        elif size != node[3] or size > room:
            refuse("an array's bytes do not fit its shape")
        else:
            self.array_bytes += size


Check = Callable[[Decoder, Node], Iterator[Any]]  # the nodes inside, which are checked in their turn

_NOTHING: Iterator[Any] = iter(())  # most nodes hold none


def _name(text: bytes) -> str:
    return text[: 4 * MAX_NAME].decode("utf-8", "replace")[:MAX_NAME]


def _size(dtype: np.dtype[Any], shape: list[int]) -> int:
    size = dtype.itemsize
    for extent in shape:
        size *= extent
    return size


def _checks() -> dict[bytes, Check]:
    """What each tag's node must be."""

    def fields(*types: type) -> Check:
        wanted = [bytes, *types]

        def check(decoder: Decoder, node: Node) -> Iterator[Any]:
            if list(map(type, node)) != wanted:
                refuse("a node's fields are not of its tag's types")
            return _NOTHING

        return check

    one_bytes, one_list = fields(bytes), fields(list)  # made once: there are many nodes

    def of_dtype(inner: Check, names: frozenset[str]) -> Check:
        def check(decoder: Decoder, node: Node) -> Iterator[Any]:
            inner(decoder, node)
            if node[1].decode("ascii", "replace") not in names:
                refuse("an unknown dtype")
            return _NOTHING

        return check

    of_scalars = of_dtype(fields(bytes, bytes), DTYPES)
    of_arrays = of_dtype(fields(bytes, list, int), DTYPES)
    of_tensors = of_dtype(fields(bytes, bytes, bool, bool, list), TENSOR_DTYPES)
    of_plain = fields(bytes, list)

    def text(decoder: Decoder, node: Node) -> Iterator[Any]:
        one_bytes(decoder, node)
        try:
            node[1].decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            refuse("a str is not UTF-8")
        return _NOTHING

    def sequence(decoder: Decoder, node: Node) -> Iterator[Any]:
        one_list(decoder, node)
        return iter(node[1])

    def mapping(decoder: Decoder, node: Node) -> Iterator[Any]:
        one_list(decoder, node)
        for pair in node[1]:
            if type(pair) is not list or len(pair) != 2:
                refuse("a dict's pair is not two nodes")
            if type(pair[0]) is not list or not pair[0] or pair[0][0] not in _KEYS:
                refuse("a dict's key is not a scalar")
            if pair[0][:2] in _COMPLEX:  # their hashes can be made to collide, all of them
                refuse("a dict's key is complex")
            yield from pair

    def scalar(decoder: Decoder, node: Node) -> Iterator[Any]:
        of_scalars(decoder, node)
        if len(node[2]) != np.dtype(node[1].decode()).itemsize:
            refuse("a scalar's bytes do not fit its dtype")
        return _NOTHING

    def big(decoder: Decoder, node: Node) -> Iterator[Any]:
        one_bytes(decoder, node)
        if len(node[1]) > MAX_INT_BITS // 8 + 1:
            refuse("an int of too many bits")
        return _NOTHING

    def array(decoder: Decoder, node: Node) -> Iterator[Any]:
        of_arrays(decoder, node)
        decoder.check_array(node)
        return _NOTHING

    def tensor(decoder: Decoder, node: Node) -> Iterator[Any]:
        of_tensors(decoder, node)
        inner, name = node[5], node[1].decode()
        if len(inner) != 4 or inner[0] not in (b"array", b"shared"):
            refuse("a tensor without an array")
        if inner[1] != (b"uint16" if name == "bfloat16" else node[1]):
            refuse("a tensor's array is of another dtype")
        return iter((inner,))

    def plain(decoder: Decoder, node: Node) -> Iterator[Any]:
        of_plain(decoder, node)
        return iter((node[2],))

    return {
        b"none": fields(),
        b"bool": fields(bool),
        b"float": fields(float),
        b"int": fields(int),
        b"bytes": fields(bytes),
        b"str": text,
        b"bigint": big,
        b"scalar": scalar,
        b"tuple": sequence,
        b"list": sequence,
        b"dict": mapping,
        b"array": array,
        b"shared": array,
        b"tensor": tensor,
        b"plain": plain,
        b"handle": fields(int, bytes),
        b"callback": fields(int),
    }


_CHECKS = _checks()
_COMPLEX = ([b"scalar", b"complex64"], [b"scalar", b"complex128"])
_KEYS = frozenset({b"none", b"bool", b"int", b"float", b"str", b"bytes", b"scalar"})
