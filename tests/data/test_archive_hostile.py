"""Archives made to do harm are refused quickly, in little memory, running nothing."""

import gzip
import tarfile

import archives
import pytest
from archives import FOLDER, batch, member, official, string
from refused import first_batch, hostile, on_linux, refusal


@on_linux
class TestHostilePickles:
    def test_a_reduce_call_of_os_system_runs_nothing(self, tmp_path):
        mark = tmp_path / "mark"
        call = b"cos\nsystem\n" + string(f"touch {mark}".encode()) + b"\x85R."
        assert "os.system" in first_batch(tmp_path, b"\x80\x02" + call)
        assert not mark.exists()

    def test_a_call_behind_five_good_batches_runs_nothing(self, tmp_path):
        mark = tmp_path / "mark"
        bad = b"cposix\nsystem\n" + string(f"touch {mark}".encode()) + b"\x85R"
        members = list(official(data_batch_1=batch(data=bad) + bytes(30_000_000)))
        assert "posix.system" in hostile(tmp_path, *members)
        assert not mark.exists()

    @pytest.mark.parametrize("name", ["builtins\neval\n", "numpy\nload\n", "numpy.core.multiarray\nfromfile\n", "numpy\nndarray.tofile\n"])
    def test_a_global_outside_the_list_is_refused(self, tmp_path, name):
        shown = name.strip().replace("\n", ".")
        assert shown in first_batch(tmp_path, b"\x80\x02c" + name.encode() + b".")

    @pytest.mark.parametrize(
        "opcodes",
        [
            b"\x8c\x02os\x8c\x06system\x93.",  # STACK_GLOBAL
            b"(S'true'\nios\nsystem\n.",  # INST
            b"\x82\x01.",  # EXT1
            b"S'id'\nQ.",  # BINPERSID
            b"cnumpy\nndarray\n)\x81.",  # NEWOBJ
            b"\x96" + (1 << 40).to_bytes(8, "little") + b".",  # BYTEARRAY8
            b"\x8d" + (1 << 40).to_bytes(8, "little") + b".",  # BINUNICODE8
            b"\x95" + (1 << 40).to_bytes(8, "little") + b".",  # FRAME
        ],
    )
    def test_an_opcode_that_the_official_files_do_not_need_is_refused(self, tmp_path, opcodes):
        assert "opcode" in first_batch(tmp_path, b"\x80\x02" + opcodes)

    @pytest.mark.parametrize("put", [b"r\xff\xff\xff\x7f", b"p2000000000\n"])
    def test_a_memo_number_reserves_no_memory(self, tmp_path, put):
        assert "memo" in first_batch(tmp_path, b"\x80\x02N" + put + b".")

    def test_a_string_longer_than_the_file_reserves_no_memory(self, tmp_path):
        assert "2147483647" in first_batch(tmp_path, b"\x80\x02T\xff\xff\xff\x7f.")
        cut = archives.array()[:-20_000_000]
        assert "an end" in first_batch(tmp_path, batch(data=cut)[:-2])

    def test_a_huge_list_of_labels_is_refused(self, tmp_path):
        assert "opcodes" in first_batch(tmp_path, b"\x80\x02}" + string(b"labels") + b"](" + b"K\x00" * 15_000_000 + b"es.")

    def test_shared_tuples_that_take_for_ever_to_hash_are_refused(self, tmp_path):
        bomb = b"\x80\x02}K\x01" + b"q\x00h\x00\x86" * 60 + b"K\x01s."
        assert "tuples" in first_batch(tmp_path, bomb)

    @pytest.mark.parametrize("attribute", [b"__class__", b"shape", b"pixels"])
    def test_an_attribute_of_a_known_name_cannot_be_set(self, tmp_path, attribute):
        state = b"N}" + string(attribute) + b"K\x01s\x86"
        assert "data_batch_1" in first_batch(tmp_path, b"\x80\x02cnumpy\nndarray\n" + state + b"b.")

    @pytest.mark.parametrize(
        ("data", "rule"),
        [
            (lambda: archives.array(rows=9_999), "30716928"),
            (lambda: archives.array().replace(b"M\x10\x27M", b"M\x0f\x27M", 1), "shape"),
            (lambda: archives.array(code=b"O8"), "u1"),
            (lambda: archives.array(code=b"i1"), "u1"),
            (lambda: archives.array().replace(b"K\x00\x85", b"J\xff\xff\xff\x7f\x85", 1), "shape (0,)"),
            (lambda: archives.array().replace(b"T\x00\xc0\xd4\x01", b"T\xff\xbf\xd4\x01", 1), "data_batch_1"),
            (lambda: archives.array(name=b"numpy\nndarray\n"), "data_batch_1"),
            (lambda: b"K\x05", "data"),
            (lambda: b"]", "data"),
        ],
        ids=["rows", "shape", "objects", "signed", "first shape", "too few bytes", "no reconstruct", "number", "list"],
    )
    def test_another_array_is_refused(self, tmp_path, data, rule):
        assert rule in first_batch(tmp_path, batch(data=data()))

    @pytest.mark.parametrize(
        ("labels", "rule"),
        [(archives.labels_of(0)[:-1], "10000 labels"), (b"\x0a" + archives.labels_of(0)[1:], "0 to 9"), (b"", "10000 labels")],
        ids=["one too few", "a 10", "none"],
    )
    def test_other_labels_are_refused(self, tmp_path, labels, rule):
        assert rule in first_batch(tmp_path, batch(labels=labels))

    @pytest.mark.parametrize(
        "names",
        [
            archives.NAMES[:9],
            ("airplane",) * 10,
            ("x" * 21, *archives.NAMES[1:]),
            ("a\x1b[31m", *archives.NAMES[1:]),
            ("", *archives.NAMES[1:]),
        ],
        ids=["nine", "the same", "long", "a terminal's code", "empty"],
    )
    def test_other_class_names_are_refused(self, tmp_path, names):
        assert "label_names" in hostile(tmp_path, member(f"{FOLDER}/batches.meta", archives.meta(names)))


@on_linux
class TestHostileTarFiles:
    @pytest.mark.parametrize(
        "name", ["../data_batch_1", "/etc/passwd", f"{FOLDER}/../../data_batch_1", f"{FOLDER}/data_batch_6", f"./{FOLDER}/x"]
    )
    def test_a_path_outside_the_list_is_refused(self, tmp_path, name):
        assert "a name of the official archive" in hostile(tmp_path, member(name, b"x"))

    def test_a_path_in_a_pax_header_is_refused(self, tmp_path):
        info, content = member(f"{FOLDER}/data_batch_1", b"x")
        info.pax_headers = {"path": "../../evil"}
        assert "path" in hostile(tmp_path, (info, content), form=tarfile.PAX_FORMAT)

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE])
    def test_links_devices_and_sparse_files_are_refused(self, tmp_path, kind):
        assert "no link or device" in hostile(tmp_path, member(f"{FOLDER}/data_batch_1", kind=kind, link="/etc/passwd"))

    def test_a_member_in_the_folders_name_and_a_folder_in_a_members_name_are_refused(self, tmp_path):
        assert "a name" in hostile(tmp_path, member(FOLDER, b"x"))
        assert "a name" in hostile(tmp_path, member(f"{FOLDER}/data_batch_1", kind=tarfile.DIRTYPE))

    def test_a_member_that_comes_twice_is_refused(self, tmp_path):
        twice = [member(f"{FOLDER}/batches.meta", archives.meta())] * 2
        assert "each name once" in hostile(tmp_path, *twice)

    def test_a_thousand_headers_are_refused(self, tmp_path):
        notes = [member("note", b"12 mtime=1.5\n", kind=tarfile.XHDTYPE)] * 1_000
        assert "headers" in hostile(tmp_path, *notes)

    @pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE])
    @pytest.mark.parametrize("name", [f"{FOLDER}/data_batch_1", f"{FOLDER}/readme.html"])
    def test_ten_gigabytes_of_zeros_in_one_member_are_refused(self, tmp_path, kind, name):
        start = archives.header(name, 10 * 10**9, kind)
        assert "expected" in refusal(archives.write_zeros(tmp_path / "bomb.tar.gz", start, gigabytes=10))

    def test_ten_gigabytes_of_zeros_without_a_member_or_behind_one_are_refused(self, tmp_path):
        assert "padding" in refusal(archives.write_zeros(tmp_path / "bomb.tar.gz", b"", gigabytes=10))
        content = archives.meta()
        start = archives.header(f"{FOLDER}/batches.meta", len(content)) + content + bytes(-len(content) % 512)
        assert "padding" in refusal(archives.write_zeros(tmp_path / "bomb2.tar.gz", start, gigabytes=10))

    def test_many_gzip_members_are_refused(self, tmp_path):
        path = archives.write(tmp_path / "members.tar.gz", [member(f"{FOLDER}/batches.meta", archives.meta())])
        path.write_bytes(path.read_bytes() + gzip.compress(b"") * 1_000_000)
        assert "one gzip member" in refusal(path)
        path.write_bytes(gzip.compress(b"") * 1_000_000)
        assert "cut short" in refusal(path)

    def test_a_gzip_header_with_a_name_of_fifty_megabytes_is_refused(self, tmp_path):
        path = tmp_path / "name.tar.gz"
        path.write_bytes(b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 50_000_000)
        assert "cut short" in refusal(path)
