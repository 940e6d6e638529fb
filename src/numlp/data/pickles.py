"""The pickles of the official archive, and no others.

Two fences. The opcodes are counted and compared with a list before anything is loaded, so that none can reserve memory by
a number that it names; the arrays' contents stay where they are. Then comes an unpickler that knows three names, which
stand for small objects of this module: neither NumPy nor anything else is called with what a stranger wrote. Messages
name types and never show a value: the text of one can be longer than any memory.
"""

import io
import pickle
import pickletools

import numpy as np
from numpy.typing import NDArray

from numlp.config.data import PIXELS
from numlp.errors import UserError, require

BATCH = 10_000  # images of a batch
PAYLOAD = BATCH * PIXELS  # bytes of an array's content
LONGEST = 300  # bytes of any other argument
MOST_OPCODES = 100_000  # an official batch has about 50,000, and as many memo numbers
MOST_TUPLES = 16  # an official batch has 6; n that share each other take 2^n steps to hash or compare

# What Python 2 wrote (protocols 0 and 2), and text in place of byte strings.
ALLOWED = frozenset(
    """
    PROTO STOP MARK NONE NEWFALSE NEWTRUE INT BININT BININT1 BININT2 STRING SHORT_BINSTRING BINSTRING BINUNICODE
    EMPTY_LIST LIST APPEND APPENDS EMPTY_DICT DICT SETITEM SETITEMS EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3
    PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET GLOBAL REDUCE BUILD
    """.split()  # noqa: SIM905 - readable as a list of words
)
OPCODES = {opcode.code.encode("latin-1")[0]: opcode for opcode in pickletools.opcodes if opcode.name in ALLOWED}
MEMO_OPCODES = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})


def load_pickle(content: memoryview, where: str) -> dict[str, object]:
    """Load a dictionary of strings, whole numbers, lists of them and (10000, 3072) arrays of uint8.

    Args:
        content: The pickle; the arrays are views of it.
        where: Its name in messages.

    Raises:
        UserError: It holds anything else, or is damaged.
    """
    try:
        loaded = _Unpickler(*_without_payloads(content)).load()
    except UserError as error:
        raise UserError(f"{where}: {error}") from error
    except Exception as error:  # a damaged pickle raises nearly anything
        raise UserError(f"{where}: damaged pickle ({type(error).__name__})") from error
    require(isinstance(loaded, dict), where, "a dictionary", type=type(loaded).__name__)
    require(all(isinstance(key, bytes | str) for key in loaded), where, "keys that are strings")
    text = {key.decode("latin-1") if isinstance(key, bytes) else key: value for key, value in loaded.items()}
    return {key: value.pixels if isinstance(value, _Array) else value for key, value in text.items()}


def _without_payloads(content: memoryview) -> tuple[bytes, list[memoryview]]:
    """Check the opcodes; return the pickle with a persistent id in place of each array's content, and these contents."""
    parts: list[bytes] = []
    payloads: list[memoryview] = []
    kept = position = tuples = 0
    for _ in range(MOST_OPCODES):
        require(position < len(content), "pickle", "an end")
        code = content[position]
        require(code in OPCODES, "pickle", "only the opcodes of the official files", opcode=bytes([code]))
        name = OPCODES[code].name
        tuples += name.startswith("TUPLE")
        require(tuples <= MOST_TUPLES, "pickle", f"at most {MOST_TUPLES} tuples")
        start, stop = _argument(content, position + 1, OPCODES[code])
        if name == "BINSTRING" and stop - start == PAYLOAD:
            parts += [bytes(content[kept:position]), b"P%d\n" % len(payloads)]
            payloads.append(content[start:stop])
            kept = stop
        else:
            require(stop - start <= LONGEST, "pickle", f"arguments of at most {LONGEST} bytes", bytes=stop - start)
        if name == "STOP":
            return b"".join([*parts, bytes(content[kept:stop])]), payloads
        position = stop
    raise UserError(f"pickle: expected at most {MOST_OPCODES} opcodes")


def _argument(content: memoryview, start: int, opcode: pickletools.OpcodeInfo) -> tuple[int, int]:
    """Where an opcode's argument, which follows at `start`, begins and ends."""
    size = 0 if opcode.arg is None else opcode.arg.n
    if size == pickletools.UP_TO_NEWLINE:
        lines = bytes(content[start : start + LONGEST])
        size = lines.index(b"\n") + 1
        if opcode.name == "GLOBAL":  # it has two lines
            size = lines.index(b"\n", size) + 1
    elif size < 0:
        width = 1 if size == pickletools.TAKEN_FROM_ARGUMENT1 else 4
        start, size = start + width, int.from_bytes(content[start : start + width], "little")
    if opcode.name in MEMO_OPCODES:
        number = bytes(content[start : start + size])
        index = int(number) if opcode.name == "PUT" else int.from_bytes(number, "little")
        require(index <= MOST_OPCODES, "pickle", f"memo numbers up to {MOST_OPCODES}", index=index)
    return start, start + size


_NDARRAY = object()  # stands for `numpy.ndarray`, which the official pickles only name


class _Dtype:
    """Stands for `numpy.dtype`; only uint8 can be made."""

    __slots__ = ()

    def __init__(self, code: object, *flags: object) -> None:
        require(code in (b"u1", "u1"), "array", "type u1 (uint8)")

    def __setstate__(self, state: object) -> None:
        """Take no byte order, fields or alignment: one byte has none."""


class _Array:
    """Stands for an array while it is loaded; `pixels` is (10000, 3072) uint8 once its state is there."""

    __slots__ = ("pixels",)

    def __init__(self, kind: object, shape: object, code: object) -> None:
        require(kind is _NDARRAY and shape == (0,), "array", "numpy.ndarray and shape (0,) at first")
        self.pixels: NDArray[np.uint8] | None = None

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Take (version, shape, dtype, Fortran order, bytes)."""
        _, shape, dtype, fortran, content = state
        require(shape == (BATCH, PIXELS), "array", f"shape ({BATCH}, {PIXELS})")
        require(isinstance(dtype, _Dtype) and isinstance(fortran, bool), "array", "type u1 (uint8) and an order")
        if not isinstance(content, memoryview):
            raise UserError(f"array: expected {PAYLOAD} bytes, got {type(content).__name__}")
        self.pixels = np.frombuffer(content, np.uint8).reshape((BATCH, PIXELS), order="F" if fortran else "C")


NAMES = {("numpy.core.multiarray", "_reconstruct"): _Array, ("numpy", "ndarray"): _NDARRAY, ("numpy", "dtype"): _Dtype}


class _Unpickler(pickle.Unpickler):  # the one place of the package that unpickles
    """Knows the three NumPy names of the official files, and the contents that were taken out."""

    def __init__(self, content: bytes, payloads: list[memoryview]) -> None:
        super().__init__(io.BytesIO(content), fix_imports=False, encoding="bytes")
        self._payloads = payloads

    def find_class(self, module: str, name: str) -> object:
        """The stand-in for a name; imports nothing."""
        require((module, name) in NAMES, "pickle", "only the names of the official files", name=f"{module}.{name}"[:100])
        return NAMES[module, name]

    def persistent_load(self, pid: str) -> memoryview:
        """An array's content."""
        return self._payloads[int(pid)]
