"""MLflow runs. Only this package imports MLflow, in one place, where a command first needs it: the import takes a second or two.

What others use stands here. It imports `training` (its records), `inference` and the loose modules.

about = About("mlp3-before-he-lam0.005-s0", params, tags)
with track(root, folder, about) as run:
    for record in records:
        run.log(record)
"""

from numlp.tracking.models import load_predictor, register, write_pyfunc
from numlp.tracking.queries import KEPT, SWEEP, TRIAL, ListedRun, find_abandoned, find_run, list_runs, run_files
from numlp.tracking.run import add_run, environment_tags, log_folder, log_stages, track
from numlp.tracking.sending import About
from numlp.tracking.store import address, connect, opened

__all__ = [
    "KEPT",
    "SWEEP",
    "TRIAL",
    "About",
    "ListedRun",
    "add_run",
    "address",
    "connect",
    "environment_tags",
    "find_abandoned",
    "find_run",
    "list_runs",
    "load_predictor",
    "log_folder",
    "log_stages",
    "opened",
    "register",
    "run_files",
    "track",
    "write_pyfunc",
]
