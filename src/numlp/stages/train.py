"""`numlp train`: one run, from the initial weights to a model, a history and an MLflow run."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from numlp import build
from numlp.checkpoint import State, checkpoints
from numlp.config import Config
from numlp.data.preprocess import Name, Prepared
from numlp.divergence import DivergedError
from numlp.files import sha256, write_text
from numlp.final_moments import check_moments, final_moments
from numlp.history import Record
from numlp.model_file import Model, save_model
from numlp.rows import write_rows
from numlp.stages import health, paths
from numlp.stages.dataset import prepared
from numlp.stages.loop import Loop
from numlp.stages.member import PRUNED, Member, Outcome, PrunedError, given_up, outcome, save_outcome
from numlp.stages.naming import digest, flattened, run_name, source_digest, values
from numlp.stages.plot import caption
from numlp.tracking import Run, environment_tags, start_run

SPLITS: tuple[Name, ...] = ("train", "val", "test")


def run(config: Config, out: Path, member: Member | None = None) -> Outcome | None:
    """Train, write model.npz and history.csv, and do what `then` names; all of it one MLflow run.

    Returns:
        What a member of a sweep gave, which then is kept; nothing for a run of its own.
    """
    data = prepared(config)
    build.plan(config, len(data.part("train").labels))  # a rule that depends on the data is broken before anything is made
    check_moments(config, data)
    hydra = HydraConfig.get()
    choices = {group: str(choice) for group, choice in hydra.runtime.choices.items() if not group.startswith("hydra")}
    name = run_name(config, choices)
    print(f"train: {name} on {data.about['data']['name']}")
    with checkpoints(paths.CHECKPOINTS, _key(config, data)) as kept:
        loop = Loop(config, data, kept, name, hydra.mode is not RunMode.MULTIRUN, *([] if member is None else [member.watch]))
        state = loop.begin()
        with _tracked(config, choices, name, data, out, state.run_id, member) as tracked:
            state.run_id = tracked.id
            made = _attempt(loop, state, out, tracked, member)
        if member is not None and made is not None:  # once MLflow's run is closed: what is recorded as done is not opened again
            save_outcome(member.pruned if made.note == PRUNED else member.record, made)
        kept.clear()
        return made


def _attempt(loop: Loop, state: State, out: Path, tracked: Run, member: Member | None) -> Outcome | None:
    """Train to the end, or to where the run is given up."""
    config, data = loop.config, loop.data
    try:
        loop.run(state, tracked)
        _keep_health(config, state, data, out, tracked)
        _say_what_test_images_give(config)
        final_moments(config, state.network, data)
        _finish(config, state, data, out, tracked)
        _follow(config, out, tracked)
        return _outcome(config, state, data, out, member, tracked)
    except DivergedError as error:
        _keep_health(config, state, data, out, tracked)
        _given_up(error, data, state.records, out, tracked)
        loop.kept.clear()
        if loop.alone:
            raise
        return given_up(state, out, f"diverged: {error}")
    except PrunedError:
        _keep_health(config, state, data, out, tracked)
        write_rows(out / paths.HISTORY, Record, state.records)
        tracked.set_tags({"pruned": "true"})
        return given_up(state, out, PRUNED)


def _outcome(config: Config, state: State, data: Prepared, out: Path, member: Member | None, tracked: Run) -> Outcome | None:
    if member is None:
        return None
    made = outcome(config, state, data, out)
    if "evaluate" not in config.then:  # which logs them all
        names = ("val_accuracy", "val_cost", "test_accuracy")
        tracked.log_metrics({f"final/{figure}": getattr(made, figure) for figure in names})
    return made


def _key(config: Config, data: Prepared) -> str:
    """What a checkpoint must have been made by: the choices, the data, this code and its arithmetic."""
    return digest({"choices": values(config), "data": data.about, "source": source_digest(), "numpy": np.__version__})


def _keep_health(config: Config, state: State, data: Prepared, out: Path, tracked: Run) -> None:
    """Keep the layers' health where it was measured, and none of an earlier run."""
    if config.train.health:
        health.keep(state, f"{data.about['data']['name']}\n{caption(values(config))}", out, tracked)
    else:
        health.forget(out)


def _say_what_test_images_give(config: Config) -> None:
    if config.moments.name == "adaptive" and config.norm.placement != "none":
        print(f"moments: {config.moments.images:,} test images (never their labels) give batch norm's moments, as moments=adaptive asks")


def _finish(config: Config, state: State, data: Prepared, out: Path, tracked: Run) -> None:
    choices = {**values(config), "dataset": data.about["data"]}
    save_model(out / paths.MODEL, Model(state.network, data.mean, data.std, choices))
    write_text(out / paths.TIMING, json.dumps({"train_seconds": state.seconds}) + "\n")
    write_rows(out / paths.HISTORY, Record, state.records)
    tracked.set_tags({"model_digest": sha256(out / paths.MODEL)})
    best = max(state.records, key=lambda record: record.val_accuracy)
    lowest = min(state.records, key=lambda record: record.val_cost)
    tracked.log_metrics({"best/val_accuracy": best.val_accuracy, "best/epoch": best.epoch, "best/val_cost": lowest.val_cost})
    tracked.log_artifacts([out / paths.MODEL, out / paths.HISTORY])


def _given_up(error: DivergedError, data: Prepared, records: list[Record], out: Path, tracked: Run) -> None:
    """Keep what a run that diverged has to show: its history, and the worst result there can be, so that no search chooses it."""
    write_rows(out / paths.HISTORY, Record, records)
    worst: dict[str, float | None] = {f"{name}_accuracy": 0.0 for name in SPLITS} | {f"{name}_cost": None for name in SPLITS}
    write_text(out / paths.METRICS, json.dumps({"dataset": data.about["data"]["name"], **worst, "diverged": str(error)}, indent=2) + "\n")
    tracked.set_tags({"diverged": "true", "error": str(error)})
    final = {f"final/{name}": math.nan if value is None else value for name, value in worst.items()}
    tracked.log_metrics({"best/val_accuracy": 0.0, **final})
    tracked.log_artifacts([out / paths.HISTORY, out / paths.METRICS])


def _follow(config: Config, out: Path, tracked: Run) -> None:
    if "evaluate" in config.then:
        from numlp.stages import evaluate

        evaluate.log(evaluate.evaluate_run(config, out / paths.MODEL, out), out / paths.MODEL, out, tracked)
    if "plot" in config.then:
        from numlp.stages import plot

        tracked.log_artifacts(plot.draw(out, out, out / "plots"), "plots")


@contextmanager
def _tracked(
    config: Config, choices: dict[str, str], name: str, data: Prepared, out: Path, run_id: str, member: Member | None
) -> Iterator[Run]:
    """The MLflow run, with all that is known before training."""
    decided: dict[str, Any] = values(config)
    about = data.about["data"]
    tags = {**environment_tags(Path.cwd()), "config_digest": digest(decided), "dataset": about["name"]}
    write_text(out / paths.CONFIG, json.dumps(decided, indent=2) + "\n")
    parent = None
    if member is not None:
        parent, run_id, tags = member.parent, run_id or member.run_id, {**tags, **member.tags}
    with start_run(Path.cwd(), name, {**flattened(decided), **choices}, tags, parent=parent, output=out, run_id=run_id) as tracked:
        tracked.log_dataset(about["name"], about["digest"], "training")
        tracked.log_artifacts([out / paths.CONFIG])
        yield tracked
