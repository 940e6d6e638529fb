"""Runs: begin or resume one, log to it, end it by how its body was left; add to one that has ended."""

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from numlp.errors import one_line
from numlp.signals import stoppable
from numlp.tracking.environment import environment_tags
from numlp.tracking.items import Artifact, Dataset, Ended, Params, Tags
from numlp.tracking.models import Pyfunc
from numlp.tracking.outbox import Outbox
from numlp.tracking.queries import PARENT, SWEEP
from numlp.tracking.store import EXPERIMENT, address, connect, database_stamp, explained
from numlp.tracking.system_metrics import log_system_metrics
from numlp.training.history import HEALTH_COLUMNS, LayerHealth, Record

if TYPE_CHECKING:
    from mlflow import MlflowClient

SERIES = {  # metric: field of a record
    "cost/train": "train_cost",
    "cost/val": "val_cost",
    "loss/train": "train_loss",
    "loss/val": "val_loss",
    "accuracy/train": "train_accuracy",
    "accuracy/val": "val_accuracy",
    "eta": "eta",
    "epoch": "epoch",
}
HEALTH = HEALTH_COLUMNS[3:]  # but step, epoch and layer

log = logging.getLogger(__name__)


class Run:
    """An open run. Nothing here raises for a store that does not answer: what is logged is kept and sent later.

    `known` are the metrics, by name and step, that the store has already: they are not logged again.
    """

    def __init__(self, run_id: str, outbox: Outbox, known: Set[tuple[str, int]] = frozenset()) -> None:
        self.id = run_id
        self._outbox, self._known = outbox, known

    def log_record(self, record: Record) -> None:
        """Log cost, loss, accuracy, eta and epoch at `record.step` update steps; sent within seconds."""
        self.log_metrics({name: getattr(record, field) for name, field in SERIES.items()}, record.step)

    def log_health(self, rows: Sequence[LayerHealth]) -> None:
        """Log what each layer has, e.g. health/dead/layer3, at its update steps."""
        for row in rows:
            values = {f"health/{name}/layer{row.layer}": getattr(row, name) for name in HEALTH}
            self.log_metrics({name: value for name, value in values.items() if not math.isnan(value)}, row.step)

    def log_metrics(self, values: Mapping[str, float], step: int = 0) -> None:
        """Log one value for each metric. An infinite one becomes NaN: MLflow would draw it as 1.8e308, which flattens the curve."""
        now = time.time_ns() // 1_000_000
        new = {name: value for name, value in values.items() if (name, step) not in self._known}
        finite = {name: value if math.isfinite(value) else math.nan for name, value in new.items()}
        self._outbox.add_metrics([(name, float(value), now, step) for name, value in finite.items()])

    def log_artifacts(self, paths: Sequence[Path], folder: str | None = None) -> None:
        """Keep a copy of each file with the run, in `folder` of its files."""
        for path in paths:
            self._outbox.add(Artifact(str(path), folder))

    def log_model(self, path: Path) -> None:
        """Keep a model.npz as a model that MLflow loads and serves; once a run, whatever is logged after it."""
        self._outbox.add(Pyfunc(str(path)))

    def log_dataset(self, name: str, digest: str, context: str) -> None:
        """Log the data set that the run reads, by MLflow's log_input; `context` is training, validation or the like."""
        self._outbox.add(Dataset(name, digest, context))

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags, over older ones of the same name."""
        self._outbox.add(Tags(dict(tags)))


@contextmanager
def start_run(
    root: Path,
    name: str,
    params: Mapping[str, str | float | int],
    tags: Mapping[str, str],
    experiment: str = EXPERIMENT,
    parent: str | None = None,
    output: Path | None = None,
    run_id: str = "",
    system_metrics: bool = False,
) -> Iterator[Run]:
    """A run, which ends FINISHED, FAILED after an exception (tag `error`), KILLED after Ctrl-C, SIGTERM or sys.exit.

    Args:
        root: The project's folder.
        name: What the run is called in MLflow.
        params: Its choices, flat.
        tags: Its own tags, beside those of `environment_tags`, which every run has.
        experiment: MLflow's experiment.
        parent: The id of the run that this one is a part of.
        output: The run's output folder, for what the store does not take; `root`/mlruns when it has none.
        run_id: Of a run that was interrupted; it resumes when the store has it, else a new one begins.
        system_metrics: Whether the machine is sampled while the run is open.

    Raises:
        UserError: The store cannot be used.
    """
    with stoppable():
        client, experiment_id = connect(root, experiment)
        tags = {"mlflow.source.type": "LOCAL", "mlflow.source.name": "numlp", **environment_tags(root), **tags}
        tags |= {} if parent is None else {PARENT: parent}
        with explained(address(root)):
            known = _resume(client, run_id)
            if known is None:
                run_id = client.create_run(experiment_id, tags=tags, run_name=name).info.run_id
        outbox, stamp = Outbox(client, run_id, _folder(root, output)), database_stamp(root)
        run, status = Run(run_id, outbox, known or set()), "KILLED"
        try:
            outbox.add(Tags(tags) if known is not None else Params({key: str(value) for key, value in params.items()}))
            with log_system_metrics(run_id, address(root)) if system_metrics else nullcontext():
                yield run
            status = "FINISHED"
        except Exception as error:
            status = "FAILED"
            run.set_tags({"error": one_line(error)})
            raise
        finally:
            _end(outbox, status)
            if parent is None and database_stamp(root) != stamp:  # a parent tells it for its children
                again = "; the same command logs its child runs again" if SWEEP in tags else ""
                log.warning(
                    "run %s is not in MLflow, because its database was deleted meanwhile; the files are in %s%s", name, output, again
                )


@contextmanager
def reopen(root: Path, run_id: str, output: Path | None = None, experiment: str = EXPERIMENT) -> Iterator[Run]:
    """Add to a run that has ended; its status stays as it is, whatever happens here.

    Raises:
        UserError: The store cannot be used.
    """
    client, _ = connect(root, experiment)
    outbox = Outbox(client, run_id, _folder(root, output))
    try:
        yield Run(run_id, outbox)
    finally:
        outbox.close()


def _resume(client: "MlflowClient", run_id: str) -> set[tuple[str, int]] | None:
    """Make `run_id` RUNNING again, without the error of its first end.

    Returns:
        The metrics, by name and step, that the store has of it; None when it has no such run (any more).
    """
    from mlflow.exceptions import MlflowException

    if not run_id:
        return None
    try:
        run = client.get_run(run_id)
    except MlflowException:
        return None
    if run.info.lifecycle_stage == "deleted":
        return None
    client.update_run(run_id, status="RUNNING")
    if "error" in run.data.tags:
        client.delete_tag(run_id, "error")
    return {(name, metric.step) for name in run.data.metrics for metric in client.get_metric_history(run_id, name)}


def _end(outbox: Outbox, status: str) -> None:
    try:
        outbox.close(Ended(status))
    except BaseException:  # a signal, just now
        outbox.close(Ended(status))
        raise


def _folder(root: Path, output: Path | None) -> Path:
    """Where a file with what the store does not take goes."""
    return root / "mlruns" if output is None else output
