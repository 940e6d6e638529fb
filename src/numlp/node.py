"""What a process of a cluster does before its first job (docs/cluster.md)."""

import os
import socket
from pathlib import Path

from numlp.errors import require

PROJECT = "NUMLP_PROJECT"  # in the environment: the project's folder, the same on every node


def enter() -> None:
    """Go to the project's folder, from which every path is relative.

    Raises:
        UserError: This node has no such folder.
    """
    folder = Path(os.environ[PROJECT])
    there = (folder / "params.yaml").exists()
    require(there, f"node {socket.gethostname()}", "the project in the same folder as the launching node", folder=str(folder))
    os.chdir(folder)
