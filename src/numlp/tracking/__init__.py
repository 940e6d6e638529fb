"""MLflow runs: the only place that imports MLflow, and it does so inside functions (1 s to import).

with start_run(root, "mlp3-before-he-lam0.005-s0", params, environment_tags(root), output=folder) as run:
    for record in records:
        run.log_record(record)
"""

from numlp.signals import Terminated, asking, relaying, stopped, terminable
from numlp.tracking.active_run import Run, find_run, reopen, start_run
from numlp.tracking.environment import environment_tags
from numlp.tracking.found import run_files, run_names
from numlp.tracking.listing import Listed, listed
from numlp.tracking.models import Version, predictor, register, write_pyfunc
from numlp.tracking.queries import Child, children, close_abandoned, find_sweep
from numlp.tracking.runs_view import comparison
from numlp.tracking.store import address, connect, database_file, load, one_line, without_password

__all__ = [
    "Child",
    "Listed",
    "Run",
    "Terminated",
    "Version",
    "address",
    "asking",
    "children",
    "close_abandoned",
    "comparison",
    "connect",
    "database_file",
    "environment_tags",
    "find_run",
    "find_sweep",
    "listed",
    "load",
    "one_line",
    "predictor",
    "register",
    "relaying",
    "reopen",
    "run_files",
    "run_names",
    "start_run",
    "stopped",
    "terminable",
    "without_password",
    "write_pyfunc",
]
