"""MLflow runs: the only place that imports MLflow, and it does so inside functions (1 s to import).

What others use stands here. It imports `training` (its records), `inference` and the loose modules.

with start_run(root, "mlp3-before-he-lam0.005-s0", params, tags, output=folder) as run:
    for record in records:
        run.log_record(record)
"""

from numlp.tracking.active_run import Run, reopen, start_run
from numlp.tracking.environment import environment_tags
from numlp.tracking.listing import ListedRun, list_runs
from numlp.tracking.models import load_predictor, register, write_pyfunc
from numlp.tracking.queries import (
    KEPT,
    SWEEP,
    TRIAL,
    Child,
    close_abandoned,
    find_abandoned,
    find_children,
    find_run,
    find_sweep,
    run_files,
)
from numlp.tracking.store import address, connect, find_old_place, load, schema_revisions
from numlp.tracking.unsent import find_unsent, send_unsent

__all__ = [
    "KEPT",
    "SWEEP",
    "TRIAL",
    "Child",
    "ListedRun",
    "Run",
    "address",
    "close_abandoned",
    "connect",
    "environment_tags",
    "find_abandoned",
    "find_children",
    "find_old_place",
    "find_run",
    "find_sweep",
    "find_unsent",
    "list_runs",
    "load",
    "load_predictor",
    "register",
    "reopen",
    "run_files",
    "schema_revisions",
    "send_unsent",
    "start_run",
    "write_pyfunc",
]
