"""Multiruns on a Ray cluster: a head and a second node, both on this machine."""

import secrets
import socket
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from numlp.errors import UserError
from numlp.files import sha256
from processes import started
from servers import free_port, mlflow_server, process, wait_until
from sweeps import job_runs

pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("ray") is None, reason="the extra ray is not installed")]

JOBS = 10
RUN = ["data=synthetic", "split=9k", "model=mlp2", "train.epochs=10", "then=[]", f"seed=range(0,{JOBS})"]  # a second a job
LONGEST = 400  # seconds of each of two waits, which take 20 together on an idle machine


@contextmanager
def node(data, *options):
    """A node with one CPU, which keeps its data in a folder of its own."""
    small = ["--num-cpus=1", "--object-store-memory=100000000", "--min-worker-port=0", "--max-worker-port=0", "--disable-usage-stats"]
    program = str(Path(sys.executable).with_name("ray"))
    with process(program, "start", "--block", "--node-ip-address=127.0.0.1", *small, *options, NUMLP_DATA=str(data)) as started:
        try:
            yield started
        finally:
            lose(started)


def lose(started):
    """Kill everything of a node at once, as when its machine is switched off."""
    try:
        newest_sweep = [psutil.Process(started.pid), *psutil.Process(started.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in newest_sweep:
        member.kill()
    psutil.wait_procs(newest_sweep)


@pytest.fixture
def ray(monkeypatch):
    """The environment of a cluster of the test's own."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")


@pytest.fixture
def shared(project, synthetic):
    """The folder that the nodes share: raw images."""
    (project / "build").mkdir()
    (project / "build" / "download").symlink_to(synthetic)
    return project


def test_a_node_lost_in_the_middle_loses_and_doubles_no_result(shared, ray, tmp_path, monkeypatch):
    """Ten jobs on two nodes, one killed while it trains: each job ends once, in one MLflow server."""
    port, data = free_port(), [tmp_path / "first", tmp_path / "second"]
    store = mlflow_server(f"sqlite:///{tmp_path / 'served.db'}", port, tmp_path)
    with store, head(data[0]) as address, node(data[1], f"--address={address}") as second:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
        with started(shared, "train", "-m", *RUN, "hydra/launcher=cluster", RAY_ADDRESS=address) as sweep:
            cut = wait_for_one_of(second, sweep)
            lose(second)
            _, err = sweep.communicate(timeout=LONGEST)
        assert sweep.returncode == 0, err
        found = job_runs(shared)
    ended = [run for run in found if run.info.status == "FINISHED"]
    assert sorted(int(run.data.params["seed"]) for run in ended) == list(range(JOBS))
    assert cut.data.params["seed"] in {run.data.params["seed"] for run in ended if run.data.tags["pid"] != cut.data.tags["pid"]}
    assert {run.info.status for run in found if run not in ended} <= {"RUNNING"}  # of the lost node, which could not say so
    models = list(shared.glob("multirun/*/*/*/model.npz"))
    assert sorted(int(model.parent.name) for model in models) == list(range(JOBS))
    assert {sha256(model) for model in models} == {run.data.tags["model_digest"] for run in ended}
    assert not (shared / "data").exists()


@contextmanager
def head(data):
    """The first node; gives its address."""
    port = free_port()
    short = tempfile.TemporaryDirectory(prefix="ray.", dir="/tmp", ignore_cleanup_errors=True)  # for names of sockets
    with short as folder, node(data, "--head", f"--port={port}", f"--temp-dir={folder}", "--include-dashboard=false") as started:
        wait_until(lambda: answers(port), started)
        yield f"127.0.0.1:{port}"


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for_one_of(second, sweep, seconds=LONGEST):
    """Wait until the second node trains, having ended a run before; give the run at hand. A job's number is its seed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert sweep.poll() is None, sweep.communicate()
        pids = {str(child.pid) for child in psutil.Process(second.pid).children(recursive=True)}
        try:
            own = [run for run in job_runs(Path.cwd()) if run.data.tags["pid"] in pids]
        except UserError:  # a server that is busy
            continue
        at_hand = [run for run in own if run.info.status == "RUNNING" and run.data.metrics.get("cost/val")]  # it has made a record
        if at_hand and len(own) > len(at_hand):
            return at_hand[0]
        time.sleep(0.2)
    raise AssertionError("the second node trains nothing")
