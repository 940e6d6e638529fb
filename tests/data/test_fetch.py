"""An archive comes from the environment, a download already there, or the network, and is whole in every case."""

import hashlib
import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import archives
import pytest

from numlp.config import SourceConfig
from numlp.data import http_download
from numlp.data.fetch import Unavailable, fetch, make_raw
from numlp.errors import UserError
from numlp.files import sha256

CONTENT = bytes(range(256)) * 4_000  # about a megabyte
SUM = hashlib.sha256(CONTENT).hexdigest()
PATIENT = (60, 60)  # seconds, for servers that answer however slow the machine is
WAITS = {"silent": (60, 1.5), "stalling": (60, 1.5)}  # for those that do not
NO_ONE = "http://127.0.0.1:9/cifar-10-python.tar.gz"  # the discard service's port: nothing listens there


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT as the path's first part says."""

    def do_GET(self) -> None:
        way = self.path.split("/")[1]
        self.server.asked.append(way)
        if way == "missing":
            self.send_error(404)
            return
        if way == "silent":
            self.server.over.wait(60)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        cut = way == "cut" or (way == "cut-once" and self.server.asked.count(way) == 1)
        self.send_body(CONTENT[: len(CONTENT) // 3] if cut else CONTENT[::-1] if way == "other" else CONTENT, way)

    def send_body(self, body: bytes, way: str) -> None:
        if way in ("stalling", "slow"):
            self.wfile.write(body[:100_000])
            for start in range(100_000, len(body), 50_000):
                if self.server.over.wait(60 if way == "stalling" else 0.05):
                    return
                self.wfile.write(body[start : start + 50_000])
            return
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    """Says nothing of clients that have gone."""

    def handle_error(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch):
    """A server on a free port of the loopback; `asked` lists the requests."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server(("127.0.0.1", 0), Handler)
    running.asked, running.over = [], threading.Event()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.over.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_archive_of_the_user(monkeypatch):
    monkeypatch.delenv("CIFAR10_ARCHIVE", raising=False)
    monkeypatch.delenv("CIFAR10_SHA256", raising=False)


def source(server, *ways: str, **changed: object) -> SourceConfig:
    urls = [way if "://" in way else f"http://127.0.0.1:{server.server_port}/{way}/cifar-10-python.tar.gz" for way in ways]
    return SourceConfig(**{"name": "CIFAR-10", "file": "cifar-10-python.tar.gz", "sha256": SUM, "urls": urls} | changed)


class TestNetwork:
    def test_a_whole_file_is_kept_with_its_sum_and_asked_for_once(self, server, tmp_path):
        folder = tmp_path / "data"
        path, found = fetch(source(server, "good"), folder)
        assert (path, found) == (folder / "cifar-10-python.tar.gz", SUM)
        assert path.read_bytes() == CONTENT
        fetch(source(server, "good"), folder)
        assert server.asked == ["good"]

    @pytest.mark.parametrize("bad", ["missing", "cut", "other", "silent", "stalling", NO_ONE])
    def test_the_mirror_is_asked_when_the_first_address_fails(self, server, tmp_path, bad):
        path, _ = fetch(source(server, bad, "good"), tmp_path, timeout=WAITS.get(bad, PATIENT), attempts=1)
        assert path.read_bytes() == CONTENT
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            ("missing", "HTTP 404"),
            ("cut", "incomplete"),
            ("other", "wrong SHA-256 checksum"),
            ("silent", "no answer in time"),
            ("stalling", "no answer in time"),
            (NO_ONE, "no connection"),
        ],
    )
    def test_without_one_the_message_names_each_address_its_reason_and_what_to_do(self, server, tmp_path, bad, reason):
        wanted = source(server, bad, "missing")
        with pytest.raises(Unavailable) as caught:
            fetch(wanted, tmp_path, timeout=WAITS.get(bad, PATIENT), attempts=1)
        text = str(caught.value)
        assert f"{wanted.urls[0]} ({reason})" in text
        assert f"{wanted.urls[1]} (HTTP 404)" in text
        assert "CIFAR10_ARCHIVE=" in text
        assert "data=synthetic" in text
        assert len(text.splitlines()) == 2
        assert list(tmp_path.iterdir()) == []

    def test_a_server_that_breaks_off_is_asked_again(self, server, tmp_path):
        path, _ = fetch(source(server, "cut-once"), tmp_path)
        assert path.read_bytes() == CONTENT
        assert server.asked == ["cut-once"] * 2

    @pytest.mark.parametrize("bad", ["missing", "other", "silent"])
    def test_a_server_that_does_not_have_it_is_not_asked_again(self, server, tmp_path, bad):
        with pytest.raises(Unavailable):
            fetch(source(server, bad), tmp_path, timeout=WAITS.get(bad, PATIENT), attempts=3)
        assert server.asked == [bad]

    def test_servers_that_accept_and_never_answer_take_the_silence_and_no_time_out_each_is_asked_once(self, server, tmp_path):
        wanted = source(server, "silent/1", "silent/2")
        with pytest.raises(Unavailable) as caught:
            fetch(wanted, tmp_path, timeout=(3600, 3600), attempts=3, silence=2)
        assert server.asked == ["silent", "silent"]
        for url in wanted.urls:
            assert f"{url} (no answer in time)" in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_silent_server_leaves_its_share_of_the_silence_to_the_mirror(self, server, tmp_path):
        path, _ = fetch(source(server, "silent", "good"), tmp_path, timeout=(3600, 3600), silence=2)
        assert server.asked == ["silent", "good"]
        assert path.read_bytes() == CONTENT

    def test_a_resolver_that_hangs_is_given_up_and_what_it_says_later_is_dropped(self, server, tmp_path, monkeypatch):
        real, asked, said, over = socket.getaddrinfo, [], threading.Event(), threading.Event()

        def hanging(host, *rest, **more):
            asked.append(host)
            over.wait(30)
            try:
                return real(host, *rest, **more)
            finally:
                said.set()

        monkeypatch.setattr(socket, "getaddrinfo", hanging)
        with pytest.raises(Unavailable, match="no answer in time"):
            fetch(source(server, "good"), tmp_path, silence=0.3)
        assert asked == ["127.0.0.1"]
        over.set()
        assert said.wait(30)
        assert list(tmp_path.iterdir()) == []

    def test_a_slow_server_is_left_for_another_one_but_borne_when_it_is_the_last(self, server, tmp_path, monkeypatch):
        monkeypatch.setattr(http_download, "TRIAL", 0.1)
        monkeypatch.setattr(http_download, "SLOW", 10**9)
        fetch(source(server, "slow", "good"), tmp_path / "two")
        assert server.asked == ["slow", "good"]
        path, _ = fetch(source(server, "slow"), tmp_path / "one")
        assert path.read_bytes() == CONTENT

    def test_a_partial_file_of_the_archives_name_is_told_removed_and_downloaded_again(self, server, tmp_path, caplog):
        path = tmp_path / "cifar-10-python.tar.gz"
        path.write_bytes(CONTENT[:1000])
        with caplog.at_level(logging.WARNING):
            fetch(source(server, "good"), tmp_path)
        assert path.read_bytes() == CONTENT
        assert str(path) in caplog.text

    @pytest.mark.parametrize(
        "changed", [{"file": "../x.tar.gz"}, {"file": None}, {"sha256": None}, {"sha256": "abc"}, {"urls": ["file:///etc/passwd"]}]
    )
    def test_a_source_that_leaves_its_folder_or_has_no_sum_is_refused(self, server, tmp_path, changed):
        with pytest.raises(UserError, match=r"data\.source"):
            fetch(source(server, "good", **changed), tmp_path / "data")
        assert server.asked == []
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_made_is_one_line(self, server, tmp_path):
        (tmp_path / "data").write_text("a file")
        with pytest.raises(UserError, match="download") as caught:
            fetch(source(server, "good"), tmp_path / "data")
        assert len(str(caught.value).splitlines()) == 1
        assert not isinstance(caught.value, Unavailable)


class TestLocal:
    def put(self, monkeypatch, path, **variables):
        monkeypatch.setenv("CIFAR10_ARCHIVE", str(path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    def test_the_environments_archive_comes_first_and_stays_where_it_is(self, server, tmp_path, monkeypatch):
        mine = tmp_path / "mine.tar.gz"
        mine.write_bytes(CONTENT)
        self.put(monkeypatch, mine)
        assert fetch(source(server, "good"), tmp_path / "data") == (mine, SUM)
        assert server.asked == []
        assert not (tmp_path / "data").exists()

    def test_another_sum_is_an_error_with_both_sums_and_the_way_to_accept(self, server, tmp_path, monkeypatch):
        mine = tmp_path / "mine.tar.gz"
        mine.write_bytes(CONTENT[:-1])
        self.put(monkeypatch, mine)
        with pytest.raises(UserError) as caught:
            fetch(source(server, "good"), tmp_path)
        text, found = str(caught.value), sha256(mine)
        assert SUM in text
        assert f"CIFAR10_SHA256={found}" in text
        assert len(text.splitlines()) <= 2
        assert not isinstance(caught.value, Unavailable)
        monkeypatch.setenv("CIFAR10_SHA256", found.upper())
        assert fetch(source(server, "good"), tmp_path) == (mine, found)

    @pytest.mark.parametrize("there", [False, True])
    def test_an_archive_that_is_not_there_or_a_folder_is_an_error_and_nothing_is_downloaded(self, server, tmp_path, monkeypatch, there):
        mine = tmp_path / "mine"
        if there:
            mine.mkdir()
        self.put(monkeypatch, mine)
        with pytest.raises(UserError, match="CIFAR10_ARCHIVE"):
            fetch(source(server, "good"), tmp_path / "data")
        assert server.asked == []

    def test_a_sum_that_is_none_is_an_error(self, server, tmp_path, monkeypatch):
        self.put(monkeypatch, tmp_path / "mine", CIFAR10_SHA256="8114b53f...")
        with pytest.raises(UserError, match="64 hexadecimal digits"):
            fetch(source(server, "good"), tmp_path)


class TestRawData:
    def test_an_accepted_archive_is_named_by_its_sum_and_never_by_its_path(self, server, tmp_path, session_folder, monkeypatch):
        whole = archives.whole(session_folder)
        found = sha256(whole)
        monkeypatch.setenv("CIFAR10_ARCHIVE", str(whole))
        monkeypatch.setenv("CIFAR10_SHA256", found)
        data = make_raw(source(server, "good"), tmp_path)
        assert data.name == f"CIFAR-10, archive {found[:8]}... (not the official file)"
        assert data.origin == {"archive_sha256": found}

    def test_a_source_with_a_seed_needs_no_network_and_leaves_no_file(self, tmp_path, monkeypatch):
        monkeypatch.setenv("CIFAR10_ARCHIVE", "/there/is/none")
        data = make_raw(SourceConfig(name="synthetic", seed=0), tmp_path)
        assert (data.name, data.origin) == ("synthetic, seed 0", {"seed": 0})
        assert list(tmp_path.iterdir()) == []
