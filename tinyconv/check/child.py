"""A child process in which somebody else's functions run: whatever they do, the marker stays well."""

import faulthandler
import json
import os
import pickle
import select
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from tinyconv.check.answer import Answer, decode, encode
from tinyconv.check.calling import Request, answer, student_frames
from tinyconv.check.limits import Limits, confine
from tinyconv.check.signature import Signature, from_plain, signature_of

Functions = dict[str, Callable[..., Any]]
Load = Callable[[], tuple[Functions, str]]  # the functions, and what went wrong on the way to them

_LENGTH = struct.Struct("!Q")
_LONGEST = 2**25  # bytes of one message


class Garbled(Exception):
    """Bytes that are no answer."""


class Child:
    """Runs `load` in a forked process, then answers requests; a process that died or hung is replaced.

    `signatures` holds what the functions take; `complaint` says what went wrong while loading.
    """

    isolated = True

    def __init__(self, load: Load, limits: Limits) -> None:
        self._load, self._limits = load, limits
        self._process = 0
        self.signatures: Mapping[str, Signature] = {}
        self.complaint = ""
        self._start()

    def ask(self, request: Request, seconds: float) -> Answer:
        """Send one request and wait for its answer."""
        if not self._process:
            self._start()
        try:
            _write(self._requests, pickle.dumps(request))
            return decode(_read(self._answers, seconds))
        except TimeoutError:
            self.close()
            return Answer("hung", error=f"no answer after {seconds:g} seconds")
        except (Garbled, ValueError) as error:
            self.close()
            return Answer("garbled", error=str(error))
        except (EOFError, OSError):
            return Answer("died", error=_epitaph(self.close()))

    def close(self) -> int:
        """End the process, and whatever it started; return its status."""
        if not self._process:
            return 0
        process, self._process = self._process, 0
        os.close(self._requests)
        os.close(self._answers)
        done, status = _gone(process)
        for kill in (os.killpg, os.kill):
            try:
                kill(process, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                continue
        return status if done else os.waitpid(process, 0)[1]

    def _start(self) -> None:
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork: the child uses none
            self._process = os.fork()
        if self._process == 0:
            os.close(self._requests)
            os.close(self._answers)
            _live(self._load, self._limits, requests, answers)
        os.close(requests)
        os.close(answers)
        self._meet()

    def _meet(self) -> None:
        """Read what the child has loaded."""
        try:
            hello = json.loads(_read(self._answers, self._limits.load))
            self.signatures = {str(name): from_plain(plain) for name, plain in hello["functions"].items()}
            self.complaint = str(hello["complaint"])
            return
        except TimeoutError:
            self.complaint = f"it did not come to its end in {self._limits.load:g} seconds"
        except (Garbled, ValueError, KeyError, TypeError, AttributeError):
            self.complaint = "it answered with something that cannot be read"
        except EOFError:
            self.complaint = _epitaph(self.close())
        except KeyboardInterrupt:
            self.close()
            raise
        self.signatures = {}
        self.close()


def _live(load: Load, limits: Limits, requests: int, answers: int) -> None:
    """Be the child: load, say what there is, answer until nobody asks."""
    try:
        os.setsid()
        _close_all_but(requests, answers)
        _silence()
        confine(limits)
        functions, complaint = _loaded(load)
        plain = {name: signature_of(function) for name, function in functions.items()}
        _write(answers, json.dumps({"functions": plain, "complaint": complaint}).encode())
        while True:
            _write(answers, encode(answer(functions, pickle.loads(_read(requests, None)))))
    finally:
        os._exit(0)


def _loaded(load: Load) -> tuple[Functions, str]:
    try:
        return load()
    except BaseException as error:  # sys.exit() at the end of a file is no reason to stop the marker
        return {}, student_frames(error)


def _close_all_but(*kept: int) -> None:
    """Close whatever else this process was born with: the marker's files and sockets are not its business."""
    low = 3
    for number in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        os.closerange(low, number)
        low = number + 1


def _silence() -> None:
    """Put nothing where a keyboard and a terminal would be."""
    faulthandler.disable()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", closefd=False) for number in (1, 2))


def _write(pipe: int, message: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(message)) + message)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _read(pipe: int, seconds: float | None) -> bytes:
    """Return the next message, or raise a TimeoutError, an EOFError, or `Garbled`."""
    deadline = None if seconds is None else time.monotonic() + seconds
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size, deadline))
    if length > _LONGEST:
        raise Garbled(f"an answer of {length} bytes")
    return _exactly(pipe, length, deadline)


def _exactly(pipe: int, length: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and (left <= 0 or not select.select([pipe], [], [], left)[0]):
            raise TimeoutError
        part = os.read(pipe, length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _gone(process: int) -> tuple[bool, int]:
    """Give a process that is ending a moment to do so; return whether it has, and its status."""
    for _ in range(20):
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            return True, status
        time.sleep(0.005)
    return False, 0


def _epitaph(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"the process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    return f"the process ended itself (exit status {os.WEXITSTATUS(status)})"
