"""The pickles of the official archive, and no others.

Two fences: the opcodes are counted and compared with a list before anything is loaded, so that none can reserve memory by
a number that it names; and an unpickler that knows three names, which stand for small objects of this module: neither
NumPy nor anything else is called with what a stranger wrote. Messages name types and never show a value: the text of
one can be longer than any memory.
"""

import io
import pickle
import pickletools

import numpy as np
from numpy.typing import NDArray

from numlp.data.raw import PIXELS
from numlp.errors import UserError, require

BATCH = 10_000  # images of a batch
MOST_OPCODES = 100_000  # an official batch has about 50,000
LARGEST_INDEX = MOST_OPCODES  # of the memo
MOST_TUPLES = 16  # an official batch has 7; n that share each other take 2^n steps to hash or compare

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


def load_pickle(content: bytes, where: str) -> dict[str, object]:
    """Load a dictionary of strings, whole numbers, lists of them and (10000, 3072) arrays of uint8.

    Args:
        content: The pickle, of at most some 32 MB.
        where: Its name in messages.

    Raises:
        UserError: It holds anything else, or is damaged.
    """
    try:
        _check_opcodes(content)
        loaded = _Unpickler(io.BytesIO(content), fix_imports=False, encoding="bytes").load()
    except UserError as error:
        raise UserError(f"{where}: {error}") from error
    except Exception as error:  # a damaged pickle raises nearly anything
        raise UserError(f"{where}: need a pickle like the official one, got {type(error).__name__}") from error
    require(isinstance(loaded, dict), where, "a dictionary", type=type(loaded).__name__)
    require(all(isinstance(key, bytes | str) for key in loaded), where, "keys that are strings")
    text = {key.decode("latin-1") if isinstance(key, bytes) else key: value for key, value in loaded.items()}
    return {key: value.pixels if isinstance(value, _Array) else value for key, value in text.items()}


def _check_opcodes(content: bytes) -> None:
    """Walk over the opcodes without loading one."""
    position = tuples = 0
    for _ in range(MOST_OPCODES):
        require(position < len(content), "the pickle", "an end")
        require(content[position] in OPCODES, "the pickle", "only the official file's opcodes", opcode=content[position : position + 1])
        opcode = OPCODES[content[position]]
        if opcode.name == "STOP":
            return
        tuples += opcode.name.startswith("TUPLE")
        require(tuples <= MOST_TUPLES, "the pickle", f"at most {MOST_TUPLES} tuples")
        position = _after(content, position + 1, opcode)
    raise UserError(f"the pickle: need at most {MOST_OPCODES} opcodes")


def _after(content: bytes, start: int, opcode: pickletools.OpcodeInfo) -> int:
    """Where the opcode after this one stands; `start` is where this one's argument begins."""
    size = 0 if opcode.arg is None else opcode.arg.n
    if size == pickletools.UP_TO_NEWLINE:
        stop = content.index(b"\n", start) + 1
        if opcode.name == "GLOBAL":  # it has two lines
            stop = content.index(b"\n", stop) + 1
    elif size < 0:
        width = {pickletools.TAKEN_FROM_ARGUMENT1: 1}.get(size, 4)
        stop = start + width + int.from_bytes(content[start : start + width], "little")
    else:
        stop = start + size
    if opcode.name in MEMO_OPCODES:
        index = int(content[start:stop]) if opcode.name == "PUT" else int.from_bytes(content[start:stop], "little")
        require(index <= LARGEST_INDEX, "the pickle", f"memo numbers up to {LARGEST_INDEX}", index=index)
    return stop


_NDARRAY = object()  # stands for `numpy.ndarray`, which the official pickles only name


class _Dtype:
    """Stands for `numpy.dtype`; only uint8 can be made."""

    __slots__ = ()

    def __init__(self, code: object, *flags: object) -> None:
        require(code in (b"u1", "u1"), "an array", "type u1 (uint8)")

    def __setstate__(self, state: object) -> None:
        """Take no byte order, fields or alignment: one byte has none."""


class _Array:
    """Stands for an array while it is loaded; `pixels` is (10000, 3072) uint8 once its state is there."""

    __slots__ = ("pixels",)

    def __init__(self, kind: object, shape: object, code: object) -> None:
        require(kind is _NDARRAY and shape == (0,), "an array", "numpy.ndarray and shape (0,) at first")
        self.pixels: NDArray[np.uint8] | None = None

    def __setstate__(self, state: tuple[object, ...]) -> None:
        """Take (version, shape, dtype, Fortran order, bytes)."""
        _, shape, dtype, fortran, content = state
        require(shape == (BATCH, PIXELS), "an array", f"shape ({BATCH}, {PIXELS})")
        require(isinstance(dtype, _Dtype) and isinstance(fortran, bool), "an array", "type u1 (uint8) and an order")
        if not isinstance(content, bytes) or len(content) != BATCH * PIXELS:
            raise UserError(f"an array: need {BATCH * PIXELS} bytes, got {type(content).__name__}")
        self.pixels = np.frombuffer(content, np.uint8).reshape((BATCH, PIXELS), order="F" if fortran else "C")


NAMES = {("numpy.core.multiarray", "_reconstruct"): _Array, ("numpy", "ndarray"): _NDARRAY, ("numpy", "dtype"): _Dtype}


class _Unpickler(pickle.Unpickler):  # the one place of the package that unpickles
    """Knows the three NumPy names of the official files."""

    def find_class(self, module: str, name: str) -> object:
        """The stand-in for a name; imports nothing."""
        require((module, name) in NAMES, "the pickle", "no other names than the official file's", name=f"{module}.{name}"[:100])
        return NAMES[module, name]
