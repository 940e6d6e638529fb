"""Files appear whole or not at all, and rows read back as they were written."""

import errno
import gzip
import math
from dataclasses import dataclass, field, make_dataclass

import pytest

from numlp.errors import UserError
from numlp.files import read_rows, replacing, sha256, write_rows, write_text


@dataclass(frozen=True)
class Row:
    """A row of each kind of value."""

    name: str
    count: int
    value: float


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=["full disk", "interrupt"])
def test_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "abc"
    write_text(path, "abc")
    with pytest.raises(type(error)) as caught, replacing(path) as file:
        file.write(b"half of the new")
        raise error
    assert isinstance(error, KeyboardInterrupt) or caught.value.filename == str(path)
    assert list(tmp_path.iterdir()) == [path]
    assert sha256(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc", by the standard


def test_rows_read_back_as_they_were_written_and_a_compressed_file_is_the_same_bytes_again(tmp_path):
    rows = [Row("a, b", 1, 0.1), Row("c", -2, 1e-300), Row("", 0, math.inf)]
    for path in (tmp_path / "rows.csv", tmp_path / "rows.csv.gz"):
        write_rows(path, Row, rows)
        first = path.read_bytes()
        assert read_rows(path, Row) == rows
        write_rows(path, Row, rows)
        assert path.read_bytes() == first
    assert gzip.decompress((tmp_path / "rows.csv.gz").read_bytes()) == (tmp_path / "rows.csv").read_bytes()


def test_rows_below_another_header_are_refused(tmp_path):
    (tmp_path / "rows.csv").write_text("name,loss\na,2\n")
    with pytest.raises(UserError, match="name, count, value"):
        read_rows(tmp_path / "rows.csv", Row)


def test_a_file_without_a_newer_column_has_its_default(tmp_path):
    newer = make_dataclass("Newer", [("name", str), ("count", int), ("value", float), ("added", float, field(default=0.5))])
    write_rows(tmp_path / "rows.csv", Row, [Row("a", 1, 2.0)])
    assert read_rows(tmp_path / "rows.csv", newer) == [newer("a", 1, 2.0, 0.5)]
