"""`numlp ui`: MLflow's pages, for this machine alone."""

import re
import signal
import socket
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from tracking_helpers import start

from numlp.cli.main import main
from numlp.tracking import start_run
from servers import free_port

UI = "import sys; from numlp.cli.main import main; sys.exit(main(['ui', '--port', '{port}', '--allowed-hosts', 'far.example']))"


def status(request):
    try:
        return urlopen(request).status
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_it_serves_the_runs_on_a_free_port_and_leaves_no_process_behind(project, tmp_path):
    plot = tmp_path / "curves.txt"
    plot.write_text("a curve")
    with start_run(project, "drawn", {}, {}) as run:
        run.log_artifacts([plot], "plots")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(project, UI.format(port=port))
        said = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)", said)
        assert address is not None, said + process.stderr.read()
        assert int(address[1]) > port
        assert "/#/experiments/1/runs" in said
        assert process.stdout.readline() == "press Ctrl-C to stop\n"
    assert urlopen(f"{address[0]}/health").read() == b"OK"
    assert urlopen(f"{address[0]}/get-artifact?path=plots/curves.txt&run_uuid={run.id}").read() == b"a curve"
    for host, origin, code in (("far.example", "https://far.example", 200), ("other.example", "https://other.example", 403)):
        search = Request(f"{address[0]}/ajax-api/2.0/mlflow/runs/search", b'{"experiment_ids": ["1"]}')
        for name, value in (("Host", host), ("Origin", origin), ("Content-Type", "application/json")):
            search.add_header(name, value)
        assert status(search) == code
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) >= 2  # the server and its worker
    assert {c.laddr.ip for p in family for c in p.net_connections() if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=300)
    assert process.returncode == 143
    assert not any(member.is_running() for member in family)


def test_a_server_of_the_environment_is_named_without_its_password(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{free_port()}")
    assert main(["ui"]) == 0
    assert re.match(r"MLflow: http://127\.0\.0\.1:\d+ ", capsys.readouterr().out)


def test_a_port_that_cannot_be_is_refused(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    assert main(["ui", "--port", "0"]) == 1
    assert "numlp ui --port: expected a number from 1 to 65535, got 0" in capsys.readouterr().err


@pytest.mark.slow
def test_a_store_that_mlflow_refuses_is_one_line(project):
    (project / "mlruns" / "mlflow.db").write_bytes(b"not a database" * 100)
    process = start(project, UI.format(port=free_port()))
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1
    assert re.fullmatch(r"error: MLflow: the tracking store .*: .*not a database.*\n", said)
