"""`numlp ui`: MLflow's pages on the project's runs, on this machine only, until Ctrl-C."""

import argparse
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from numlp.errors import UserError, require, without_password
from numlp.tracking.store import address, opened

HOST = "127.0.0.1"  # whoever can reach the pages can delete runs
PORTS = 100  # tried from the first
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --port and --allowed-hosts."""
    parser.add_argument("--port", type=int, default=5000, help="the first port to try (default %(default)s)")
    text = "host names under which a forwarded port is opened, e.g. name-5000.app.github.dev"
    parser.add_argument("--allowed-hosts", default="", metavar="HOST[,HOST]", help=text)


def run(arguments: argparse.Namespace) -> int:
    """Become MLflow's server of the store; 0 when the environment names a server that runs already."""
    store = address(Path.cwd())
    if store.startswith(("http:", "https:")):
        print(f"MLflow: {without_password(store)} (MLFLOW_TRACKING_URI)")
        return 0
    with opened(Path.cwd()) as (_, experiment):  # makes the database where there is none
        port = find_port(arguments.port)
    print(f"MLflow: http://{HOST}:{port}/#/experiments/{experiment}/runs\npress Ctrl-C to stop", flush=True)
    options = ["--backend-store-uri", store, "--host", HOST, "--port", str(port), "--workers", "1", "--uvicorn-opts", "--log-level warning"]
    if names := [name for name in arguments.allowed_hosts.split(",") if name]:  # pages under these names may change runs as well
        hosts, schemes = [form for name in (*names, "localhost", HOST) for form in (name, f"{name}:*")], ("http", "https")
        origins = [f"{scheme}://{host}" for scheme in schemes for host in hosts]
        options += ["--allowed-hosts", ",".join(hosts), "--cors-allowed-origins", ",".join(origins)]
    environment = {**QUIET, **os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}  # with one worker: 0.5 GB, not 2.2
    return os.execve(sys.executable, [sys.executable, "-m", "mlflow", "server", *options], environment)  # noqa: S606 (no shell is meant)


def find_port(first: int) -> int:
    """The first free port from `first` on."""
    require(1 <= first <= 65535, "numlp ui --port", "a number from 1 to 65535", port=first)
    for port in range(first, min(first + PORTS, 65536)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
            probe.bind((HOST, port))
            return port
    raise UserError(f"numlp ui: all {PORTS} ports from {first} on are in use; choose another one with --port")
