"""The one way to send a run to MLflow: each sending asks the store what it lacks."""

import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from numlp import paths
from numlp.files import read_json
from numlp.tracking.models import log_model
from numlp.tracking.queries import PARENT, SWEEP, TRIAL, has_process, search
from numlp.tracking.store import Store, load_mlflow
from numlp.training.history import COLUMNS, HEALTH_COLUMNS, LayerHealth, Record

if TYPE_CHECKING:
    from mlflow.entities import Run as Entity

Value: TypeAlias = tuple[str, float, int]
"""Name, value and step of a metric."""

FILES = (paths.CONFIG, paths.MODEL, paths.HISTORY, paths.HEALTH, paths.METRICS, paths.CONFUSION, paths.CLASSES, paths.MISTAKES)
TRIALS = "trials.csv"  # of a sweep
COMPLETE = "val_accuracy"  # the column that is sent last: a step that has it is complete in the store
SLACK = 1_000  # milliseconds by which a file's time may lag


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass
class About:
    """The description of a run that MLflow has beside its files: the content of run.json in the run's folder."""

    name: str
    params: Mapping[str, Any]  # the settings, flat
    tags: dict[str, str] = field(default_factory=dict)  # the run's own; those of `environment_tags` come to them
    dataset: Sequence[str] = ()  # name and digest of the data set
    parent: str = ""  # the id of the run that this one is a part of
    run_id: str = ""  # the id in MLflow, once the store has the run
    metrics: dict[str, float] = field(default_factory=dict)  # final ones that no file has, by their names in MLflow
    started: int = field(default_factory=now)  # milliseconds since 1970, as `ended`
    status: str = "RUNNING"  # afterwards FINISHED, FAILED after an exception, or KILLED after Ctrl-C, SIGTERM or sys.exit
    ended: int = 0


def send_run(store: Store, about: About, folder: Path | None, records: Sequence[Record], health: Iterable[LayerHealth] = ()) -> None:
    """Send what the store lacks of a run that has ended: its description, metrics, files and end."""
    begin_run(store, about)
    send_records(store, about.run_id, records, health)
    finals: dict[str, float] = {}
    if records and about.status == "FINISHED" and "pruned" not in about.tags:
        best = max(records, key=lambda record: record.val_accuracy)
        finals = {"best/val_accuracy": best.val_accuracy, "best/epoch": best.epoch}
        finals["best/val_cost"] = min(record.val_cost for record in records)
    send_finals(store, about.run_id, finals | about.metrics)  # those of a diverged run are the worst there can be
    if folder is not None:
        send_files(store, about.run_id, folder, about.started)
    store.client.set_terminated(about.run_id, about.status, about.ended)


def send_records(store: Store, run_id: str, records: Iterable[Record], health: Iterable[LayerHealth]) -> None:
    """Send the evaluation points, and the layers' health at them, of the steps that the store lacks."""
    present = {metric.step for metric in store.client.get_metric_history(run_id, name_metric(COMPLETE))}
    values = [(f"health/{name}/layer{row.layer}", getattr(row, name), row.step) for row in health for name in HEALTH_COLUMNS[3:]]
    values = [value for value in values if not math.isnan(value[1])]  # a layer may have no such value
    columns = sorted(COLUMNS[1:], key=lambda name: name == COMPLETE)
    values += [(name_metric(name), getattr(record, name), record.step) for record in records for name in columns]
    send_values(store, run_id, [value for value in values if value[-1] not in present])


def name_metric(column: str) -> str:
    """The metric of a column of history.csv: `cost/train` of `train_cost`; a column of neither split has its own name."""
    split, _, kind = column.partition("_")
    return f"{kind}/{split}" if split in ("train", "val") else column


def begin_run(store: Store, about: About) -> None:
    """Make the run, or continue it, with all that is known without training."""
    client, entities = store.client, load_mlflow().entities
    run = find_earlier(store, about)
    if run is None:
        tags = about.tags | ({PARENT: about.parent} if about.parent else {})
        run = client.create_run(store.experiment, start_time=about.started, tags=tags, run_name=about.name)
    else:
        client.update_run(run.info.run_id, status="RUNNING")
        if "error" in run.data.tags and "error" not in about.tags:
            client.delete_tag(run.info.run_id, "error")
    about.run_id = run.info.run_id
    params = [entities.Param(key, str(value)) for key, value in about.params.items() if key not in run.data.params]
    client.log_batch(about.run_id, params=params, tags=[entities.RunTag(*tag) for tag in about.tags.items()], synchronous=True)
    if about.dataset and not (run.inputs and run.inputs.dataset_inputs):
        _log_dataset(store, about)


def find_earlier(store: Store, about: About) -> "Entity | None":
    """The run that this one continues: by its id, as a job by its parent and its tag `trial`, or as a sweep by its tag `sweep`."""
    if about.run_id and (run := next(search(store, f"attributes.run_id = '{about.run_id}'"), None)):
        return run
    if about.parent and TRIAL in about.tags:
        return next(search(store, f"tags.`{PARENT}` = '{about.parent}' AND tags.{TRIAL} = '{about.tags[TRIAL]}'"), None)
    sweeps = search(store, f"tags.{SWEEP} = '{about.tags[SWEEP]}'") if SWEEP in about.tags else ()
    return next((run for run in sweeps if run.info.status != "RUNNING" or not has_process(run)), None)


def _log_dataset(store: Store, about: About) -> None:
    """Log the data set; MLflow takes 36 characters of the digest, so the whole one is in the source."""
    mlflow, (name, digest) = load_mlflow(), about.dataset
    entity = mlflow.entities.Dataset(name, digest[:36], "numlp", json.dumps({"name": name, "digest": digest}))
    inputs = [mlflow.entities.DatasetInput(entity, [mlflow.entities.InputTag("mlflow.data.context", "training")])]
    try:
        store.client.log_inputs(about.run_id, inputs)
    except mlflow.exceptions.MlflowException:  # two runs made the same entry at once: now it is there
        store.client.log_inputs(about.run_id, inputs)


def send_values(store: Store, run_id: str, values: Iterable[Value]) -> None:
    """Send metrics. An infinite value becomes NaN: MLflow would draw it as 1.8e308, which flattens the curve."""
    metric = load_mlflow().entities.Metric
    metrics = [metric(name, float(value) if math.isfinite(value) else math.nan, now(), step) for name, value, step in values]
    store.client.log_batch(run_id, metrics=metrics, synchronous=True)


def is_own(path: Path, started: int) -> bool:
    """Whether a file is there and was written since the run began, not by an earlier run in the same folder."""
    return path.exists() and path.stat().st_mtime_ns // 1_000_000 >= started - SLACK


def send_files(store: Store, run_id: str, folder: Path, started: int, model: Path | None = None) -> None:
    """Send the files that are in the folder of a run, or of a stage that used `model`; the final metrics among them as metrics too."""
    files = [path for name in (*FILES, TRIALS) if is_own(path := folder / name, started)]
    files = [path for path in files if path.name != paths.HEALTH or path.read_text().count("\n") > 1]  # it has no rows unless measured
    scores: dict[str, Any] = next((read_json(path) or {} for path in files if path.name == paths.METRICS), {})
    send_finals(store, run_id, {f"final/{name}": value for name, value in scores.items() if name.endswith(("_accuracy", "_cost"))})
    for path in files:
        store.client.log_artifact(run_id, str(path))
    for path in sorted(path for path in (*folder.glob("*.png"), *folder.glob("plots/*.png")) if is_own(path, started)):
        store.client.log_artifact(run_id, str(path), None if model is None and path.parent == folder else "plots")  # a sweep's own
    model = next((path for path in files if path.name == paths.MODEL), None) if model is None else model
    if scores and model is not None:
        log_model(store, run_id, model)


def send_finals(store: Store, run_id: str, finals: Mapping[str, float | None]) -> None:
    """Send final metrics, NaN for None, that differ from the store's."""
    present = store.client.get_run(run_id).data.metrics
    values = {name: math.nan if value is None or math.isinf(value) else float(value) for name, value in finals.items()}
    send_values(store, run_id, [(name, value, 0) for name, value in values.items() if str(present.get(name)) != str(value)])
