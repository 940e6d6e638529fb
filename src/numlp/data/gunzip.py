"""Decompression that never makes more than it was asked for."""

import zlib
from typing import BinaryIO

from numlp.errors import UserError, require

CHUNK, PIECE = 1 << 16, 1 << 20  # bytes read from the file at once, and decompressed at once
CUT_SHORT = "gzip file: the file is cut short"


class Gunzip:
    """The content of a file of one gzip member, once from start to end.

    `gzip.GzipFile` is not used: it takes any number of members and header names of any length, both of which can
    keep it busy for minutes without giving a byte.

    Args:
        file: Open in binary mode.
        largest: Most bytes that `read` is asked for at once.
    """

    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._file = file
        self._zip = zlib.decompressobj(wbits=31)  # with gzip's header, and its checksum at the end
        self._buffer = memoryview(bytearray(largest))

    def read(self, size: int) -> memoryview:
        """Exactly `size` bytes, which stay as they are until the next call.

        Raises:
            UserError: The file ends before, or is damaged.
        """
        have = 0
        while have < size:
            if self._zip.eof:
                raise UserError(CUT_SHORT)
            piece = self._decompress(min(size - have, PIECE))
            self._buffer[have : have + len(piece)] = piece
            have += len(piece)
        return self._buffer[:size]

    def finish(self, most: int) -> None:
        """Read the rest, which must be at most `most` zeros, and with it the checksum."""
        while not self._zip.eof:
            piece = self._decompress(CHUNK)
            most -= len(piece)
            require(not any(piece) and most >= 0, "gzip file", "only a little padding after the last member")
        require(not self._zip.unused_data and not self._file.read(1), "gzip file", "one gzip member and nothing after it")

    def _decompress(self, most: int) -> bytes:
        chunk = self._zip.unconsumed_tail or self._file.read(CHUNK)
        if not chunk:
            raise UserError(CUT_SHORT)
        try:
            return self._zip.decompress(chunk, most)
        except zlib.error as error:
            raise UserError(f"gzip file: damaged data: {error}") from None
