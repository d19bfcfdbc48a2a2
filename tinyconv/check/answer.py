"""What came of one call, as plain bytes: numbers and text, never a pickle, which could run code in the marker."""

import json
import math
from typing import Any, NamedTuple

import numpy as np

from tinyconv.shapes import Array

MOST_BYTES = 2**22  # of one array: more is only described
TEXT = 4000  # characters of an error or of what was printed
_DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "float16", "float32", "float64")


class Value(NamedTuple):
    """One thing that a function returned."""

    type: str  # "ndarray", "int", "NoneType", …
    dtype: str = ""
    shape: tuple[int, ...] = ()
    array: Array | None = None  # None: no numbers, or too many

    @classmethod
    def of(cls, thing: Any) -> "Value":
        """Describe a thing; keep its numbers if it is an array of them, or one int."""
        if isinstance(thing, int | np.integer) and not isinstance(thing, bool):
            fits = -(2**63) <= thing < 2**63
            return cls("int", "int64", (), np.array(int(thing)) if fits else None)
        if type(thing) is float or isinstance(thing, np.floating):
            return cls("float", "float64", (), np.array(float(thing)))
        if type(thing) is not np.ndarray:
            return cls(type(thing).__name__[:80])
        keeps = thing.dtype.name in _DTYPES and thing.nbytes <= MOST_BYTES
        array = np.array(thing, order="C") if keeps else None
        return cls("ndarray", str(thing.dtype)[:80], thing.shape, array)

    def __str__(self) -> str:
        """Return a short description."""
        if self.type == "NoneType":
            return "None"
        return f"{self.dtype} array {self.shape}" if self.type == "ndarray" else f"a {self.type}"


class Answer(NamedTuple):
    """What came of one call.

    `kind` is "returned"; or "raised", "unfinished" (NotImplementedError), "hung", "died", "garbled".
    """

    kind: str
    values: tuple[Value, ...] = ()
    error: str = ""
    printed: str = ""
    changed: tuple[str, ...] = ()  # the arguments that the function wrote into


KINDS = ("returned", "raised", "unfinished")


def encode(answer: Answer) -> bytes:
    """Return an answer as bytes: a line of JSON, then the arrays.

    >>> decode(encode(Answer("returned", (Value.of(np.ones(2)),)))).values[0].array
    array([1., 1.])
    """
    head = {
        "kind": answer.kind,
        "values": [
            [value.type, value.dtype, value.shape, _name(value.array)] for value in answer.values[:8]
        ],
        "error": answer.error[:TEXT],
        "printed": answer.printed[:TEXT],
        "changed": answer.changed,
    }
    body = b"".join(value.array.tobytes() for value in answer.values[:8] if value.array is not None)
    return json.dumps(head).encode() + b"\n" + body


def _name(array: Array | None) -> str:
    return "" if array is None else array.dtype.name


def decode(message: bytes) -> Answer:
    """Return the answer in a message, or raise a ValueError: whoever wrote it is not trusted."""
    line, _, body = message.partition(b"\n")
    try:
        head = json.loads(line)
        if head["kind"] not in KINDS:
            raise ValueError(f"decode: kind (={head['kind']!r}) must be one of {KINDS}")
        values, start = [], 0
        for kind, dtype, shape, kept in head["values"]:
            array, start = _read(body, start, shape, kept)
            values.append(Value(str(kind), str(dtype), tuple(map(int, shape)), array))
        changed = tuple(str(name) for name in head["changed"])
        return Answer(head["kind"], tuple(values), str(head["error"]), str(head["printed"]), changed)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ValueError(f"decode: no answer is written like this ({error})") from None


def _read(body: bytes, start: int, shape: list[int], kept: str) -> tuple[Array | None, int]:
    if not kept:
        return None, start
    if kept not in _DTYPES or any(type(each) is not int or each < 0 for each in shape):
        raise ValueError("decode: an array must have a known dtype and a shape")
    dtype = np.dtype(kept)
    stop = start + math.prod(shape) * dtype.itemsize
    if stop > len(body):
        raise ValueError("decode: the arrays must be as long as the message says")
    return np.frombuffer(body[start:stop], dtype).reshape(shape).copy(), stop
