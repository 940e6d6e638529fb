"""`numlp train`: one run, from the initial weights to a model, a history and an MLflow run."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from numlp import build
from numlp.config import Config
from numlp.data.preprocess import Name, Prepared
from numlp.data.raw import IMAGES, TRAIN_IMAGES
from numlp.errors import require
from numlp.files import sha256, write_text
from numlp.history import Record, write_history
from numlp.model_file import Model, save_model
from numlp.nn.moments import flip_half, set_from_batch
from numlp.nn.network import Network
from numlp.stages import paths
from numlp.stages.dataset import prepared
from numlp.stages.naming import digest, flattened, run_name, values
from numlp.stages.progress import shown
from numlp.tracking import Run, environment_tags, start_run
from numlp.train import train

MOMENTS_FROM: dict[str, Name] = {"precise": "train", "adaptive": "test"}


def run(config: Config, out: Path) -> None:
    """Train, write model.npz and history.csv, and do what `then` names; all of it one MLflow run."""
    data = prepared(config)
    plan, network = build.plan(config, len(data.part("train").labels)), build.network(config)
    _check_moments(config, data)
    hydra = HydraConfig.get()
    choices = {group: str(choice) for group, choice in hydra.runtime.choices.items() if not group.startswith("hydra")}
    name = run_name(config, choices)
    print(f"train: {name} on {data.about['data']['name']}")
    with _tracked(config, choices, name, data, out) as tracked:
        records = []
        optimiser = build.optimiser(config.optim, network)
        started = time.perf_counter()
        steps = train(network, optimiser, data.part("train"), data.part("val"), plan)
        for record in shown(steps, plan.steps, name, alone=hydra.mode is not RunMode.MULTIRUN):
            tracked.log_record(record)
            records.append(record)
        _final_moments(config, network, data)
        write_text(out / paths.TIMING, json.dumps({"train_seconds": time.perf_counter() - started}) + "\n")
        _finish(config, network, data, records, out, tracked)
        _follow(config, out, tracked)


def _check_moments(config: Config, data: Prepared) -> None:
    if config.moments.images is not None:
        start, stop = data.about["split"].get(MOMENTS_FROM[config.moments.name], (TRAIN_IMAGES, IMAGES))
        require(config.moments.images <= stop - start, "moments.images", f"at most {stop - start}", images=config.moments.images)


def _final_moments(config: Config, network: Network, data: Prepared) -> None:
    """Replace the moving average by precise or adaptive moments where the run asks for them."""
    images = config.moments.images
    if images is None or config.norm.placement == "none":
        return
    rng = np.random.default_rng(build.stream(config.seed, build.AUGMENTATION))
    x = data.part(MOMENTS_FROM[config.moments.name]).x
    sample = x[np.sort(rng.choice(len(x), images, replace=False))]
    if config.moments.name == "adaptive":
        print(f"moments: {images:,} test images (never their labels) give batch norm's moments, as moments=adaptive asks")
        sample = flip_half(sample, rng)
    set_from_batch(network, sample)


def _finish(config: Config, network: Network, data: Prepared, records: list[Record], out: Path, tracked: Run) -> None:
    choices = {**values(config), "dataset": data.about["data"]}
    save_model(out / paths.MODEL, Model(network, data.mean, data.std, choices))
    write_history(out / paths.HISTORY, records)
    tracked.set_tags({"model_digest": sha256(out / paths.MODEL)})
    best = max(records, key=lambda record: record.val_accuracy)
    lowest = min(records, key=lambda record: record.val_cost)
    tracked.log_metrics({"best/val_accuracy": best.val_accuracy, "best/epoch": best.epoch, "best/val_cost": lowest.val_cost})
    tracked.log_artifacts([out / paths.MODEL, out / paths.HISTORY])


def _follow(config: Config, out: Path, tracked: Run) -> None:
    if "evaluate" in config.then:
        from numlp.stages import evaluate

        evaluate.log(evaluate.evaluate_run(config, out / paths.MODEL, out), out, tracked)
    if "plot" in config.then:
        from numlp.stages import plot

        tracked.log_artifacts(plot.draw(out, out, out / "plots"), "plots")


@contextmanager
def _tracked(config: Config, choices: dict[str, str], name: str, data: Prepared, out: Path) -> Iterator[Run]:
    """The MLflow run, with all that is known before training."""
    decided: dict[str, Any] = values(config)
    about = data.about["data"]
    tags = {**environment_tags(Path.cwd()), "config_digest": digest(decided), "dataset": about["name"]}
    write_text(out / paths.CONFIG, json.dumps(decided, indent=2) + "\n")
    with start_run(Path.cwd(), name, {**flattened(decided), **choices}, tags, output=out) as tracked:
        tracked.log_dataset(about["name"], about["digest"], "training")
        tracked.log_artifacts([out / paths.CONFIG])
        yield tracked
