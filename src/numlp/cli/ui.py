"""`numlp ui`: MLflow's pages on the project's runs, on this machine only, until Ctrl-C."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import IO
from urllib.request import ProxyHandler, build_opener

from numlp.errors import UserError, require, without_password
from numlp.signals import stoppable
from numlp.tracking import address, connect

HOST = "127.0.0.1"  # whoever can reach the pages can delete runs
PORTS = 100  # tried from the first
SECONDS_TO_START, SECONDS_TO_STOP = 90.0, 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --port and --allowed-hosts."""
    parser.add_argument("--port", type=int, default=5000, help="the first port to try (default %(default)s)")
    text = "host names under which a forwarded port is opened, e.g. name-5000.app.github.dev"
    parser.add_argument("--allowed-hosts", default="", metavar="HOST[,HOST]", help=text)


def run(arguments: argparse.Namespace) -> int:
    """Serve the store's pages until Ctrl-C or SIGTERM.

    Returns:
        0, also after Ctrl-C; SIGTERM ends the process with 143.

    Raises:
        UserError: The store cannot be used, no port is free, or MLflow does not start.
    """
    store = address(Path.cwd())
    if store.startswith(("http:", "https:")):
        print(f"MLflow: {without_password(store)} (MLFLOW_TRACKING_URI)")
        return 0
    _, experiment = connect(Path.cwd())  # makes the database where there is none
    page = f"/#/experiments/{experiment}/runs"
    with stoppable(), suppress(KeyboardInterrupt):
        _serve(store, arguments.port, page, forwarded(arguments.allowed_hosts))
    return 0


def forwarded(hosts: str) -> dict[str, str]:
    """The options with which MLflow answers under `hosts` too, with any port; pages from there may then change runs as well."""
    names = [name for name in (part.strip() for part in hosts.split(",")) if name]
    if not names:
        return {}
    known = [*names, "localhost", HOST]
    allowed = [form for name in known for form in (name, f"{name}:*")]
    origins = [f"{scheme}://{form}" for scheme in ("http", "https") for name in names for form in (name, f"{name}:*")]
    return {"--allowed-hosts": ",".join(allowed), "--cors-allowed-origins": ",".join(origins)}


def _serve(store: str, first: int, page: str, more: dict[str, str]) -> None:
    port = _free_port(first)
    with tempfile.TemporaryFile() as output, _server(store, port, output, more) as server:
        _wait(server, port, output)
        taken = "" if port == first else f" (port {first} is in use)"
        print(f"MLflow: http://{HOST}:{port}{page}{taken}\npress Ctrl-C to stop", flush=True)
        server.wait()
        raise UserError(f"numlp ui: the MLflow server stopped: {_last_line(output)}")


def _free_port(first: int) -> int:
    require(1 <= first <= 65535, "numlp ui --port", "a number from 1 to 65535", port=first)
    last = min(first + PORTS, 65536)
    for port in range(first, last):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise UserError(f"numlp ui: all ports from {first} to {last - 1} are in use; choose another one with --port")


@contextmanager
def _server(store: str, port: int, output: IO[bytes], more: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The server and its workers, in a process group of their own, which is gone afterwards."""
    options = {"--backend-store-uri": store, "--host": HOST, "--port": str(port), "--workers": "1", **more}
    command = [sys.executable, "-m", "mlflow", "server", *chain(*options.items())]
    telemetry = {"MLFLOW_DISABLE_TELEMETRY": "true", **os.environ}
    environment = {**telemetry, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # with the one worker: 0.5 GB, not 2.2
    server = subprocess.Popen(command, stdout=output, stderr=output, env=environment, process_group=0)
    try:
        yield server
    finally:
        _signal(server, signal.SIGTERM)
        try:
            server.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
        finally:
            _signal(server, signal.SIGKILL)  # a worker that has outlived it
            server.wait()


def _signal(server: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, number)


def _wait(server: subprocess.Popen[bytes], port: int, output: IO[bytes]) -> None:
    opener = build_opener(ProxyHandler({}))  # a proxy does not know this machine's ports
    end = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < end:
        try:
            opener.open(f"http://{HOST}:{port}/health", timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    connect(Path.cwd())  # raises what is wrong with the store, if it is that
    raise UserError(f"numlp ui: MLflow did not start within {SECONDS_TO_START:g} s: {_last_line(output)}")


def _last_line(output: IO[bytes]) -> str:
    output.seek(0)
    lines = output.read().decode(errors="replace").split("\n")
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "no message")
