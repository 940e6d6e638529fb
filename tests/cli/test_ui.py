"""`numlp ui`: MLflow's pages, for this machine alone."""

import re
import signal
import socket
import time
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest

from processes import start
from servers import free_port


def status(request):
    try:
        return urlopen(request).status
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_it_serves_the_runs_on_a_free_port_and_leaves_no_process_behind(ready):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(ready, "ui", "--port", str(taken.getsockname()[1]), "--allowed-hosts", "far.example")
        address = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert int(address[1]) > taken.getsockname()[1]
    while True:
        assert process.poll() is None, process.communicate()
        try:
            assert urlopen(f"{address[0]}/health").read() == b"OK"
            break
        except URLError:
            time.sleep(0.1)
    for host, origin, code in (("far.example", "https://far.example", 200), ("other.example", "https://other.example", 403)):
        search = Request(f"{address[0]}/ajax-api/2.0/mlflow/runs/search", b'{"experiment_ids": ["1"]}')
        for name, value in (("Host", host), ("Origin", origin), ("Content-Type", "application/json")):
            search.add_header(name, value)
        assert status(search) == code
    family = psutil.Process(process.pid).children(recursive=True)
    listening = [c for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN]
    assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=300)
    assert not any(member.is_running() for member in family)


def test_server_of_the_environment_is_named_without_its_password(project, monkeypatch, numlp):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{free_port()}")
    code, out, _ = numlp("ui")
    assert (code, "secret" in out) == (0, False)


def test_port_that_cannot_be_is_refused(ready, numlp):
    code, _, err = numlp("ui", "--port", "0")
    assert (code, err.count("\n"), "--port" in err) == (1, 1, True)
