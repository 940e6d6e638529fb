"""CIFAR-10's archive: whole, wrong, hostile, on a server, and another one than before."""

import gzip
import http.server
import io
import os
import pickle
import shutil
import struct
import tarfile
import threading
from pathlib import Path

import archives
import numpy as np
import pytest

from numlp import paths
from numlp.data import cifar10
from numlp.data.cifar10 import Unavailable
from numlp.data.dataset import load_raw
from numlp.data.sources import identify, make_raw, provide_raw
from numlp.errors import UserError
from numlp.files import sha256


@pytest.fixture(scope="session")
def archive(session_folder):
    return archives.whole(session_folder)


@pytest.fixture
def accept(monkeypatch):
    """Name an archive and its checksum as a user does."""

    def name(path):
        monkeypatch.setenv("CIFAR10_ARCHIVE", str(path))
        monkeypatch.setenv("CIFAR10_SHA256", sha256(path))
        return source("0" * 64, "http://127.0.0.1:9/mine.tar.gz")

    return name


def test_whole_archive_gives_official_order(archive, accept):
    data = make_raw(accept(archive))
    assert data.images.shape == (60_000, 3072)
    assert [int(data.images[row * 10_000, 0]) for row in range(6)] == [0, 1, 2, 3, 4, 5]
    assert bytes(data.labels[20_000:20_010]) == archives.labels_of(2)[:10]
    assert tuple(data.info.class_names) == archives.NAMES
    assert data.info.origin["archive_sha256"] == sha256(archive)
    assert "not the official file" in data.info.name


@pytest.mark.slow
@pytest.mark.parametrize("protocol", range(6))
def test_archive_of_python_3_is_read(accept, tmp_path, protocol):
    keys = str.encode if protocol == 4 else str
    images = np.repeat(np.arange(10_000, dtype=np.uint16).astype(np.uint8)[:, None], 3072, axis=1)
    labels = np.random.default_rng(protocol).integers(0, 10, 10_000)
    batch = pickle.dumps({keys("data"): images, keys("labels"): labels.tolist()}, protocol)
    names = pickle.dumps({keys("label_names"): [f"thing {i}" for i in range(10)]}, protocol)
    members = [archives.member(f"mine/{name}", batch) for name in archives.BATCHES]
    path = archives.write(tmp_path / "mine.tar.gz", [*members, archives.member("mine/batches.meta", names)])
    data = make_raw(accept(path))
    assert np.array_equal(data.images[10_000:20_000], images)
    assert np.array_equal(data.labels[:10_000], labels)
    assert data.info.class_names[3] == "thing 3"


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def one(content, **changed):
    info, text = tarfile.TarInfo("cifar-10-batches-py/data_batch_1"), io.BytesIO()
    for name, value in {"size": len(content), **changed}.items():
        setattr(info, name, value)
    if info.size > len(content):
        return gzip.compress(info.tobuf() + bytes(10_240))
    with tarfile.open(fileobj=text, mode="w:gz", compresslevel=1) as tar:
        tar.addfile(info, io.BytesIO(content))
    return text.getvalue()


FAULTS = {"checksum": "does not match", "short": "ChunkedEncodingError", "missing": "404", "closed": "ConnectionError"}.items()
HUGE = b"cnumpy\nndarray\n\x8a\x06\x00\x00\x00\x00\x00\x01\x85U\x01b\x87R."
PAIRS = b"".join(b"h" + bytes([n]) + b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(1, 60))
HOSTILE = {
    "os.system": lambda mark: one(pickle.dumps({"data": Call(os.system, f"touch {mark}")}, 2)),
    "eval": lambda mark: one(pickle.dumps({"data": Call(eval, f"open({str(mark)!r}, 'w')")}, 4)),
    "dotted name": lambda _: one(b"\x80\x04\x8c\x05numpy\x8c\x10dtype.__class__.x\x93."),
    "numpy.load": lambda _: one(b"\x80\x02cnumpy\nload\nX\x0b\x00\x00\x00/etc/passwd\x85R."),
    "memo number": lambda _: one(b"\x80\x02}r\xff\xff\xff\x7f."),
    "2^40 bytes": lambda _: one(b"\x80\x04\x8e" + struct.pack("<Q", 1 << 40) + b"x."),
    "2^60 tuples": lambda _: one(b"\x80\x02(I1\n\x85q\x00h\x00h\x00\x86q\x01" + PAIRS + b"K\x01d."),
    "symlink": lambda _: one(b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "device": lambda _: one(b"", type=tarfile.CHRTYPE),
    "outside path": lambda _: one(pickle.dumps({"data": [1]}, 2), name="../../../../tmp/test_batch"),
    "object array": lambda _: one(pickle.dumps({"data": np.array([{}] * 3, object), "labels": []}, 2)),
    "shape of 2^40": lambda _: one(b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n" + HUGE),
    "codec": lambda _: one(b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00zip\x86R."),
    "cut short": lambda _: one(pickle.dumps({"data": 1}, 2))[:60],
    "member of 10 GB": lambda _: one(b"", size=10 << 30),
    "no gzip": lambda _: b"hello",
    "no dictionary": lambda _: one(pickle.dumps([1, 2], 2)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_archive_is_refused_in_one_line_and_calls_nothing(accept, tmp_path, kind):
    mark, path = tmp_path / "called", tmp_path / "hostile.tar.gz"
    path.write_bytes(HOSTILE[kind](mark))
    with pytest.raises(UserError) as refused:
        make_raw(accept(path))
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)
    assert not mark.exists()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"data_batch_2": archives.batch(labels=bytes([11]) * 10_000)}, "data_batch_2: expected labels"),
        ({"data_batch_2": archives.batch(labels=bytes(9_999))}, "data_batch_2: expected labels"),
        ({"test_batch": archives.batch(data=archives.array(code=b"i1"))}, "test_batch: expected data of shape"),
        ({"batches_meta": archives.meta(["cat"] * 10)}, "batches.meta"),
    ],
)
def test_wrong_content_is_named(accept, tmp_path, changed, words):
    path = archives.write(tmp_path / "wrong.tar.gz", archives.official(**changed))
    with pytest.raises(UserError) as refused:
        make_raw(accept(path))
    assert words[:12] in str(refused.value)


class Handler(http.server.BaseHTTPRequestHandler):
    content, claimed = b"", 0

    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(self.claimed or len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(archive):
    handler = type("Served", (Handler,), {"content": archive.read_bytes()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def source(checksum, *urls):
    return {"_target_": "numlp.load_cifar10", "name": "mine", "file": "mine.tar.gz", "sha256": checksum, "urls": list(urls)}


@pytest.fixture(autouse=True)
def no_variables(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")
    for name in ("CIFAR10_ARCHIVE", "CIFAR10_SHA256", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_download_takes_the_first_address_that_has_the_archive_and_keeps_it(archive, server, tmp_path):
    asked = source(sha256(archive), "http://127.0.0.1:9/x", f"{server[0]}/missing", f"{server[0]}/mine.tar.gz")
    assert make_raw(asked).info.name == "mine"
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["mine.tar.gz"]
    assert make_raw(source(sha256(archive), "http://127.0.0.1:9/x")).info.name == "mine"  # from the folder


def test_file_as_address_counts_from_the_project(archive, monkeypatch):
    monkeypatch.chdir(archive.parent)
    assert make_raw(source(sha256(archive), "whole.tar.gz")).info.name == "mine"
    assert make_raw(source(sha256(archive), archive.as_uri())).info.name == "mine"


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_failed_download_names_address_and_cause_and_leaves_nothing(archive, server, tmp_path, fault, words):
    address, handler = server
    if fault == "short":
        handler.claimed = len(handler.content) + 1000
    url = {"missing": f"{address}/missing", "closed": "http://127.0.0.1:9/x"}.get(fault, f"{address}/mine.tar.gz")
    with pytest.raises(Unavailable) as refused:
        make_raw(source("0" * 64 if fault == "checksum" else sha256(archive), url))
    assert url in str(refused.value)
    assert words in str(refused.value)
    assert not list(tmp_path.glob("data/*"))


@pytest.fixture
def other(archive, tmp_path):
    return archives.write(tmp_path / "other.tar.gz", archives.official(data_batch_1=archives.batch(9)))


def first_pixel(asked):
    return int(load_raw(provide_raw(asked)).images[0, 0])


@pytest.mark.slow
def test_another_archive_is_never_taken_for_the_one_before(archive, other, accept, project, monkeypatch):
    asked = accept(archive)
    assert first_pixel(asked) == 0
    before = identify(asked)
    assert first_pixel(accept(other)) == 9  # other variables
    assert identify(asked) != before
    monkeypatch.delenv("CIFAR10_ARCHIVE")
    monkeypatch.delenv("CIFAR10_SHA256")
    assert first_pixel(asked) == 9  # an accepted archive stays while no variable is set
    urls = [str(archive)]
    assert first_pixel(source(sha256(archive), *urls)) == 0  # another checksum in conf/


def test_images_that_are_there_are_read_and_another_archive_than_the_accepted_one_is_refused(archive, other, accept, project, monkeypatch):
    asked = accept(archive)
    (project / "build").mkdir(exist_ok=True)
    provide_raw(asked)
    monkeypatch.setattr("numlp.data.sources.save_raw", None)  # an error if it is called: the folder may be read-only
    with monkeypatch.context() as again:
        again.setattr("numlp.data.cifar10.sha256", None)  # build/ keeps the checksum
        assert first_pixel(asked) == 0
    monkeypatch.setenv("CIFAR10_ARCHIVE", str(other))
    with pytest.raises(UserError, match="CIFAR10_SHA256"):
        provide_raw(asked)
    shutil.copy(archive, other)  # a file that has changed is read again
    assert first_pixel(asked) == 0


@pytest.mark.parametrize("copy", ["", ".dvc/tmp/exps/tmpabc"])
def test_relative_archive_counts_from_where_the_user_is(archive, project, monkeypatch, copy):
    (project / "notebooks").mkdir()
    (project / "a.tar.gz").symlink_to(archive)
    monkeypatch.setenv("CIFAR10_SHA256", sha256(archive))
    if copy:
        (project / copy).mkdir(parents=True)
        monkeypatch.chdir(project / copy)
        monkeypatch.setenv("CIFAR10_ARCHIVE", "a.tar.gz")
    else:
        monkeypatch.setenv("CIFAR10_ARCHIVE", "../a.tar.gz")
        monkeypatch.setattr("numlp.paths._stands", type("Stands", (), {"get": staticmethod(lambda: Path("notebooks"))}))
    assert cifar10.find_archive("a.tar.gz", "0" * 64, ["x"]).resolve() == archive.resolve()
