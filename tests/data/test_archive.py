"""The archive reader takes the official layout, and refuses anything else quickly, in little memory, running nothing."""

import gzip
import tarfile

import archives
import numpy as np
import pytest
from archives import FOLDER, batch, member, official
from refused import hostile, on_linux, refusal

from numlp.data.archive import read_archive
from numlp.files import sha256

OTHER = "0" * 64


@pytest.fixture(scope="session")
def whole(session_folder):
    return archives.whole(session_folder)


class TestWhole:
    def test_images_labels_and_class_names_come_in_the_official_order(self, whole):
        data = read_archive(whole, OTHER, "CIFAR-10", official="1" * 64)
        assert data.images[::10_000, 5].tolist() == [0, 1, 2, 3, 4, 5]
        assert np.all(data.images == np.repeat(np.arange(6, dtype=np.uint8), 10_000)[:, None])
        assert data.labels.tobytes() == b"".join(archives.labels_of(i) for i in range(6))
        assert data.class_names == archives.NAMES

    def test_an_archive_with_another_sum_is_named_as_not_the_official_one(self, whole):
        found = sha256(whole)
        assert read_archive(whole, found, "CIFAR-10", OTHER).name == f"CIFAR-10, archive {found[:8]}... (not the official file)"
        named = read_archive(whole, OTHER, "CIFAR-10", official=OTHER)
        assert (named.name, named.origin) == ("CIFAR-10", {"archive_sha256": OTHER})

    def test_notes_of_times_a_fortran_order_and_a_binary_meta_file_are_read_too(self, tmp_path):
        content = np.arange(archives.ROWS * archives.PIXELS, dtype=np.uint32).astype(np.uint8).tobytes()
        data = archives.array(order=b"\x88").replace(bytes(len(content)), content)
        members = list(official(data_batch_1=batch(data=data), batches_meta=archives.meta()))
        members[2][0].mtime = 1.5  # written as a pax header
        read = read_archive(archives.write(tmp_path / "a.tar.gz", members, tarfile.PAX_FORMAT), OTHER, "CIFAR-10", OTHER)
        expected = np.frombuffer(content, np.uint8).reshape(archives.ROWS, archives.PIXELS, order="F")
        assert np.array_equal(read.images[: archives.ROWS], expected)

    @pytest.mark.filterwarnings("error")
    def test_nothing_is_written_beside_the_archive(self, whole, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        before = sorted(whole.parent.iterdir())
        read_archive(whole, OTHER, "CIFAR-10", OTHER)
        assert sorted(whole.parent.iterdir()) == before
        assert list(tmp_path.iterdir()) == []


@on_linux
class TestDamaged:
    @pytest.mark.parametrize("share", [0, 0.00001, 0.3, 0.999])
    def test_an_archive_cut_short_is_refused(self, whole, tmp_path, share):
        content = whole.read_bytes()
        path = tmp_path / "cut.tar.gz"
        path.write_bytes(content[: int(share * len(content))])
        assert "cut short" in refusal(path)

    def test_an_archive_without_its_last_byte_is_refused(self, whole, tmp_path):
        path = tmp_path / "cut.tar.gz"
        path.write_bytes(whole.read_bytes()[:-1])
        assert "cut short" in refusal(path)

    @pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
    def test_a_flipped_byte_is_noticed(self, whole, tmp_path, place):
        content = bytearray(whole.read_bytes())
        content[int(place * len(content))] ^= 0xFF
        path = tmp_path / "flipped.tar.gz"
        path.write_bytes(content)
        assert str(path) in refusal(path)

    def test_a_flipped_byte_of_the_checksum_is_noticed(self, whole, tmp_path):
        content = bytearray(whole.read_bytes())
        content[-8] ^= 1
        path = tmp_path / "flipped.tar.gz"
        path.write_bytes(content)
        assert "damaged data" in refusal(path)

    @pytest.mark.parametrize(
        "content", [b"", b"no archive", gzip.compress(b"no tar file" * 100, mtime=0)], ids=["empty", "text", "gzip without tar"]
    )
    def test_a_file_of_another_kind_is_refused(self, tmp_path, content):
        path = tmp_path / "other"
        path.write_bytes(content)
        assert f"archive {path}: " in refusal(path)

    def test_a_missing_member_is_named(self, tmp_path):
        assert "test_batch" in hostile(tmp_path, member(f"{FOLDER}/batches.meta", archives.meta()))
