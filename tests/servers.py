"""Servers for tests: on loopback, and gone by themselves after LIFE seconds, whatever becomes of the test."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

LIFE = "900"  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(*command, folder=None, user=None, **environment):
    """A server and all that it starts."""
    out = subprocess.DEVNULL
    env = {**os.environ, **environment}
    started = subprocess.Popen(
        ["timeout", "-k", "5", LIFE, *command], cwd=folder, user=user, env=env, stdout=out, stderr=out, process_group=0
    )
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, 9)
        started.wait()


def answers(url):
    try:
        urlopen(url, timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(ready, server, seconds=180):
    """Ask until it answers."""
    end = time.monotonic() + seconds
    while not ready():
        assert server.poll() is None, f"{server.args} has ended"
        assert time.monotonic() < end, f"{server.args} does not answer"
        time.sleep(0.1)


@contextmanager
def mlflow_server(store, port, folder):
    """MLflow's own, which keeps files below `folder`."""
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port), "--workers", "1"]
    command += ["--artifacts-destination", str(folder / "served")]
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}

    with process(*command, folder=folder, **quiet) as server:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), server)
        yield


def postgres_programs():
    """The folder of initdb and postgres, on the path or where Debian keeps them; None when it is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


@contextmanager
def postgres(port):
    """PostgreSQL with an empty database, as its own user when this one is root, whom it refuses; gives the database's address."""
    programs, user = postgres_programs(), "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="numlp.", ignore_cleanup_errors=True) as folder:
        if user is not None:
            shutil.chown(folder, user)
        made = [programs / "initdb", "-D", folder, "-U", "numlp", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(made, user=user, check=True, capture_output=True, cwd=folder)
        command = [programs / "postgres", "-D", folder, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
        with process(*map(str, command), folder=folder, user=user) as server:
            ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, server)
            yield f"postgresql://numlp@127.0.0.1:{port}/postgres"
