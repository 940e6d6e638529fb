"""A run in MLflow: a copy of the run's folder, sent while it trains, at its end, and by `numlp log FOLDER` whenever it is asked for.

The folder has all there is of a run. A store that fails stops no run and loses nothing: each sending asks the store what it lacks.
"""

import logging
import os
import platform
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.errors import UserError, one_line
from numlp.files import read_json, read_rows, sha256, write_json
from numlp.signals import stoppable
from numlp.threads import library
from numlp.tracking import sending
from numlp.tracking.queries import UNKNOWN, find_run, pid_namespace
from numlp.tracking.sending import About, now
from numlp.tracking.store import EXPERIMENT, Store, address, load_mlflow, opened
from numlp.training.history import LayerHealth, Record

SOURCE = {"mlflow.source.type": "LOCAL", "mlflow.source.name": "numlp"}
EVERY = 5.0  # seconds between two sendings

log = logging.getLogger(__name__)


class Tracker:
    """A run while it is open. The first error of the store is a warning; from then on only the end tries again."""

    def __init__(self, root: Path, folder: Path | None, about: About, experiment: str = EXPERIMENT) -> None:
        about.tags = {**SOURCE, **environment_tags(root), **about.tags}
        self.about = about
        self._root, self._folder, self._experiment = root, folder, experiment
        self._records: list[Record] = []
        self._health: list[LayerHealth] = []
        self._due, self._failed, self._warned = 0.0, False, False
        self._monitor: Any = None

    def log(self, record: Record, health: Iterable[LayerHealth] = ()) -> None:
        """Log an evaluation point, and the layers' health at it; sent within seconds."""
        self._records.append(record)
        self._health += health
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + EVERY
            self.attempt(lambda store: sending.send_records(store, self.about.run_id, self._records, self._health))

    def begin(self, system_metrics: bool) -> None:
        """Make the run in the store, or continue it, and write run.json whether the store is there or not."""
        self.attempt(lambda store: sending.begin_run(store, self.about))
        if system_metrics and not self._failed:  # in a thread, every 10 s or MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL
            monitor = load_mlflow().system_metrics.system_metrics_monitor.SystemMetricsMonitor
            self._monitor = monitor(self.about.run_id, resume_logging=True, tracking_uri=address(self._root))
            self._monitor.start()
        self._write()

    def end(self, status: str) -> None:
        """Send what the store lacks, and close the run."""
        self.about.status, self.about.ended = status, now()
        if self._monitor is not None:
            self._monitor.finish()
        self._failed = False  # a store that has failed is asked once more
        self.attempt(lambda store: sending.send_run(store, self.about, self._folder, self._records, self._health))
        with suppress(OSError):  # the disk is full, which has been said
            self._write()

    def _write(self) -> None:
        if self._folder is not None:
            write_json(self._folder / paths.ABOUT, asdict(self.about), indent=2)

    def attempt(self, send: Callable[[Store], None]) -> None:
        """Call `send` with the store, unless it has failed before."""
        if self._failed:
            return
        try:
            with opened(self._root, self._experiment) as store:
                send(store)
        except UserError as error:  # whatever it is: the run's files have it all
            if not self._warned:
                later = f"; numlp log {self._folder} sends what is missing" if self._folder is not None else ""
                log.warning("%s has no complete copy in MLflow%s: %s", self.about.name, later, error)
            self._failed = self._warned = True


@contextmanager
def track(root: Path, folder: Path | None, about: About, experiment: str = EXPERIMENT, system_metrics: bool = False) -> Iterator[Tracker]:
    """The run whose files are in `folder`, in MLflow; it ends by how the body is left. No store that fails raises anything here.

    It continues a run from before: that with the id `about.run_id`, the child of the same parent with the same tag `trial`, or the run
    with the same tag `sweep` that no process is in. The body may add tags and metrics to `about`, which is run.json in `folder`, if there
    is one. With `system_metrics` the machine is sampled while the run is open.
    """
    about.params = {key: str(value) for key, value in about.params.items()}
    tracker, status = Tracker(root, folder, about, experiment), "KILLED"
    with stoppable() as stop:
        try:
            tracker.begin(system_metrics)
            yield tracker
            status = "FINISHED"
        except Exception as error:
            status, about.tags["error"] = "FAILED", one_line(error)
            raise
        finally:
            with stop.waiting():
                tracker.end(status)


def log_folder(root: Path, folder: Path, parent: str = "") -> About:
    """Bring MLflow up to date with a run's folder; `parent` is the id of the sweep's run, for a job in the folder of a sweep.

    Raises:
        UserError: The store cannot be used, the run has not ended, or the files are not those of the run.
    """
    try:
        about = About(**(read_json(folder / paths.ABOUT) or {}))
    except (OSError, TypeError, ValueError) as error:
        raise UserError(f"{folder}: no {paths.ABOUT} of a run here; give the directory of a run that numlp train has made") from error
    if about.status == "RUNNING":
        raise UserError(f"{folder}: this run has not ended, or was killed; the same command resumes it")
    model, about.parent = folder / paths.MODEL, parent or about.parent
    if model.exists() and sha256(model) != about.tags.get("model_digest"):
        raise UserError(f"{folder}: {paths.MODEL} is not the model of the run in {paths.ABOUT}; train the network again to log it")
    with opened(root) as store:
        earlier = sending.find_earlier(store, about)
        if earlier and earlier.info.status == "FINISHED" and about.status != "FINISHED":
            raise UserError(f"{folder}: this run was interrupted and has ended since, in another folder")
        history, health = (folder / name for name in (paths.HISTORY, paths.HEALTH))
        records = read_rows(history, Record) if sending.is_own(history, about.started) else []
        rows = read_rows(health, LayerHealth) if sending.is_own(health, about.started) else []
        sending.send_run(store, about, folder, records, rows)
        for stage in (paths.EVALUATE, paths.PLOT) if folder == paths.TRAIN else ():
            sending.send_files(store, about.run_id, stage, about.started, model)
    write_json(folder / paths.ABOUT, asdict(about), indent=2)
    return about


def log_stages(root: Path, folders: Sequence[Path], model: Path) -> None:
    """Add the files and metrics of an evaluation, and plots, to the run that trained `model`; a store that fails is a warning."""
    try:
        run_id = find_run(root, sha256(model))
        if run_id is None:
            raise UserError(f"no MLflow run has logged {model} (is MLFLOW_TRACKING_URI another store?)")
        with opened(root) as store:
            for folder in folders:
                sending.send_files(store, run_id, folder, 0, model)
    except UserError as error:
        log.warning("%s; numlp log %s adds the files in %s to the run", error, model.parent, " and ".join(map(str, folders)))


def add_run(root: Path, about: About) -> None:
    """Show a run without files that has ended before, unless its parent has it; a store that fails is a warning."""

    def add(store: Store) -> None:
        earlier = sending.find_earlier(store, about)
        if earlier is None or earlier.info.status != "FINISHED":
            sending.send_run(store, about, None, ())

    about.status, about.ended = "FINISHED", now()
    Tracker(root, None, about).attempt(add)


def environment_tags(root: Path) -> dict[str, str]:
    """Tags of the code, the libraries and the machine; git's are `none` outside a checkout, and untracked files make it dirty."""
    blas, kernel = library()
    return {
        **_git(root),
        "numlp": version("numlp"),
        "python": platform.python_version(),
        "blas": blas,
        "blas_kernel": kernel,
        "cpu": _cpu(),
        "host": socket.gethostname(),
        "pid": str(os.getpid()),
        "pid_namespace": pid_namespace(),
    }


def _git(root: Path) -> dict[str, str]:
    command = ["git", "-C", str(root), "--no-optional-locks", "status", "--porcelain=v2", "--branch"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return {"git_commit": UNKNOWN, "git_dirty": UNKNOWN}
    lines = answer.splitlines()
    commit = next(line.removeprefix("# branch.oid ") for line in lines if line.startswith("# branch.oid "))
    return {"git_commit": commit, "git_dirty": str(any(not line.startswith("#") for line in lines)).lower()}


def _cpu() -> str:
    info = Path("/proc/cpuinfo")  # of Linux
    name = re.search(r"model name\s*: (.+)", info.read_text()) if info.exists() else None
    return name[1] if name else platform.processor() or platform.machine() or UNKNOWN
