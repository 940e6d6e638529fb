"""Trained models in the store: logged with their run as an MLflow pyfunc, and named in the registry."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from numlp.errors import UserError
from numlp.inference import standalone
from numlp.tracking.store import Store, load_mlflow, opened

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel

NAME = "model"
REQUIREMENTS = ("mlflow", "numpy", "pandas")  # at the versions here; finding them out by loading the model takes MLflow seconds

log = logging.getLogger(__name__)


def log_model(store: Store, run_id: str, model_file: Path) -> None:
    """Log model.npz as the run's model, which MLflow loads and serves, with the run's final metrics; once a run."""
    try:
        standalone.read(model_file)
    except ValueError as error:
        log.warning("MLflow gets no model: %s (docs/howto/layer.md)", error)
        return
    client, entities = store.client, load_mlflow().entities
    run = client.get_run(run_id)
    model = _of_run(store, run_id)
    if model is not None and str(model.status) == "READY":
        return
    if model is None:  # else an earlier attempt was interrupted
        model = client.create_logged_model(run.info.experiment_id, NAME, run_id, model_type="classifier")
    with tempfile.TemporaryDirectory() as folder:
        write_pyfunc(model_file, Path(folder) / NAME, run_id=run_id, model_id=model.model_id)
        client.log_model_artifacts(model.model_id, str(Path(folder) / NAME))
    client.log_outputs(run_id, [entities.LoggedModelOutput(model.model_id, step=0)])
    last = [client.get_metric_history(run_id, name)[-1] for name in run.data.metrics if name.startswith("final/")]
    # The run's own metrics again, which MLflow counts once; now they are the model's too.
    values = [entities.Metric(m.key, m.value, m.timestamp, m.step, model_id=model.model_id, run_id=run_id) for m in last]
    client.log_batch(run_id, metrics=values, synchronous=True)
    client.finalize_logged_model(model.model_id, "READY")


def write_pyfunc(model_file: Path, folder: Path, **about: Any) -> None:
    """Write an MLflow model: model.npz, the one module that reads it, the signature and an example; no pickle.

    The module's name has the digest of its text: Python keeps one module a name, so models of two versions could not be loaded
    in one process otherwise.
    """
    mlflow = load_mlflow()
    # MLflow would look through all installed packages for 0.3 s, to see whether they are those of `pip_requirements`; they are.
    mlflow.utils.environment.warn_dependency_requirement_mismatches = lambda _: None
    types, source, model = mlflow.types, Path(standalone.__file__), standalone.read(model_file)
    module = f"numlp_model_{sha256(source.read_bytes()).hexdigest()[:12]}"
    columns = [types.ColSpec("string", "prediction"), *(types.ColSpec("float", name) for name in model.names)]
    images = types.TensorSpec(np.dtype(np.uint8), (-1, *model.shape))  # with a name it would arrive in a dictionary
    with tempfile.TemporaryDirectory() as code:
        mlflow.pyfunc.save_model(
            folder,
            loader_module=module,
            data_path=str(model_file),
            code_paths=[shutil.copy(source, Path(code) / f"{module}.py")],
            mlflow_model=mlflow.models.Model(**about),
            signature=mlflow.models.ModelSignature(types.Schema([images]), types.Schema(columns)),
            input_example=np.zeros((1, *model.shape), np.uint8),
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )


def load_predictor(folder: Path) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    """From (N, *shape) uint8 images to (N, K) probabilities, by the MLflow model in `folder`, as MLflow loads it."""
    model = load_mlflow().pyfunc.load_model(str(folder))
    return lambda images: np.asarray(model.predict(images).drop(columns="prediction"), np.float32)


def register(root: Path, run_id: str, name: str) -> tuple[str, dict[str, float], bool]:
    """Make the model of a run the next version of `name` in the registry, with its metrics as tags, unless it is a version already.

    Returns:
        The version's address for `mlflow.pyfunc.load_model`, the model's metrics, and whether the version was made now.

    Raises:
        UserError: The store cannot be used, or the run has no model.
    """
    with opened(root) as store:
        client, model = store.client, _of_run(store, run_id)
        if model is None:
            raise UserError(f"numlp register: MLflow has no model of run {run_id}; evaluate it first with numlp evaluate")
        metrics = {metric.key.removeprefix("final/"): metric.value for metric in model.metrics or []}
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
        before = [version for version in client.search_model_versions(f"name = '{name}'") if version.run_id == run_id]
        tags, source = {key: f"{value:.6g}" for key, value in metrics.items()}, model.artifact_location
        present = before[0] if before else client.create_model_version(name, source, run_id, tags, model_id=model.model_id)
    return f"models:/{name}/{present.version}", metrics, not before


def _of_run(store: Store, run_id: str) -> "LoggedModel | None":
    models = store.client.search_logged_models([store.experiment], f"source_run_id = '{run_id}' AND name = '{NAME}'", max_results=1)
    return models[0] if models else None
