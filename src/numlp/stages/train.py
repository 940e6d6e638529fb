"""`numlp train`: one run, from the initial weights to a model, a history and an MLflow run."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any

from numlp import paths
from numlp.config import Config
from numlp.config.naming import caption, deciding_choices, flatten, run_name
from numlp.config.parts import build
from numlp.data.normalise import SPLITS, Prepared, prepare_data
from numlp.display.progress_bar import Progress
from numlp.files import json_digest, sha256, write_json, write_rows
from numlp.inference.model_file import Model, save_model
from numlp.runs.identity import run_key
from numlp.runs.invocation import Invocation
from numlp.runs.outcome import Member, Outcome, PrunedError, measure_outcome, worst_outcome
from numlp.signals import stoppable
from numlp.threads import cores
from numlp.tracking import About, track
from numlp.training.checkpoint import Checkpoint
from numlp.training.divergence import DivergedError
from numlp.training.fit import fit, make_trainer
from numlp.training.history import LayerHealth, Record
from numlp.training.memory import check_memory
from numlp.training.trainer import State

OUTPUTS, LAST = Path("outputs"), "last"  # the folder of single runs, and its link to the latest one
WIDE = 5e7  # multiplications of a step's forward pass, from which a second thread gains a fifth or more (one hidden layer of 160 units)


def run(config: Config, out: Path, invocation: Invocation) -> Outcome | None:
    """Train, write model.npz and history.csv, and do what `then` names; all of it one MLflow run.

    Returns:
        What a member of a sweep gave, which then is kept; nothing for a run of its own.
    """
    check_memory(config)
    data, member = prepare_data(config), invocation.member
    # A rule that depends on the data is broken before anything is made. The jobs of a sweep have all cores.
    trainer = make_trainer(config, data, ahead=invocation.alone and cores() > config.train.threads)
    name, state, checkpoint = run_name(config, invocation.choices), trainer.state, Checkpoint(paths.checkpoint(run_key(config, data)))
    print(f"train: {name} on {data.dataset.name}")
    _say(config, invocation, data.mean.size)
    if not config.train.resume:
        checkpoint.clear()
    elif checkpoint.restore(state):
        print(f"train: {name} resumes from step {state.step} (train.resume=false starts over)")
    progress, about = Progress(trainer.plan.steps, name, invocation.alone), _about(config, invocation, name, data, out, state)
    sampled = config.tracking.system_metrics
    with stoppable() as stop, track(Path.cwd(), out, about, system_metrics=sampled) as tracked:
        state.run_id = about.run_id

        def follow(record: Record) -> None:
            tracked.log(record, [row for row in state.health if row.step == record.step])
            if member is not None:
                member.watch(record)

        def watch(record: Record) -> None:
            progress.show(record)
            follow(record)

        try:
            for record in state.records:
                follow(record)  # what the store and the sweep did not get before the interruption
            with progress:
                fit(config, data, trainer, checkpoint, watch, stop)
            _keep_health(config, state, data, out)
            _finish(config, state, data, out, about)
            _follow(config, out)
            outcome = _outcome(config, state, data, out, member, about)
        except DivergedError as error:
            tracked.log(state.records[-1], [row for row in state.health if row.step == state.records[-1].step])
            _keep_health(config, state, data, out)
            _given_up(error, data, state.records, out, about)
            checkpoint.clear()
            if invocation.alone:
                raise
            outcome = worst_outcome(state, out, "diverged", str(error))
        except PrunedError:
            _keep_health(config, state, data, out)
            write_rows(out / paths.HISTORY, Record, state.records)
            about.tags["pruned"] = "true"
            outcome = worst_outcome(state, out, "pruned")
    if member is not None and outcome is not None:  # once MLflow's run is closed: what is recorded as done is not opened again
        member.keep(outcome)
    checkpoint.clear()
    if invocation.alone:
        print(f"files: {out}{_link_last(out)}")
    return outcome


def _link_last(out: Path) -> str:
    """Let `outputs/last` lead to a run below `outputs`, and say so; a file of that name that is no link stays."""
    last = OUTPUTS / LAST
    if not out.is_relative_to(OUTPUTS) or out.is_relative_to(last) or (last.exists() and not last.is_symlink()):
        return ""
    new = last.with_name(f".{LAST}.{os.getpid()}")
    try:
        new.symlink_to(out.relative_to(OUTPUTS), target_is_directory=True)
        new.replace(last)
    except OSError:  # a file system without links
        return ""
    return f", also {last}"


def _outcome(config: Config, state: State, data: Prepared, out: Path, member: Member | None, about: About) -> Outcome | None:
    if member is None:
        return None
    made = measure_outcome(config, state, data, out)
    if "evaluate" not in config.then:  # which logs them all
        names = ("val_accuracy", "val_cost", "test_accuracy")
        about.metrics |= {f"final/{figure}": getattr(made, figure) for figure in names}
    return made


def _keep_health(config: Config, state: State, data: Prepared, out: Path) -> None:
    """Keep the layers' health, and draw it where figures are asked for, before what may fail: a run that diverges is one to look at."""
    write_rows(out / paths.HEALTH, LayerHealth, state.health)  # without rows when not measured: to DVC an output that comes with the model
    figure = out / "plots" / paths.HEALTH_FIGURE
    figure.unlink(missing_ok=True)  # of an earlier run in this folder
    if config.train.health and "plot" in config.then:
        from numlp.display.health_strips import Watched, draw_health
        from numlp.display.style import save

        title = f"{data.dataset.name}\n{caption(deciding_choices(config))}"
        save(draw_health([Watched("", state.records, state.health)], title, data.dataset.classes), figure)


def _say(config: Config, invocation: Invocation, inputs: int) -> None:
    """Say what a user may not expect of these settings, or could have faster."""
    if build(config.moments).split == "test" and config.norm.placement != "none":
        images = config.moments["images"]
        print(f"train: moments=adaptive computes batch norm's statistics from {images:,} test images (never their labels)")
    widths = (inputs, *config.model.hidden)
    products = config.train.batch_size * sum(a * b for a, b in pairwise(widths))  # multiplications of a forward pass
    if invocation.alone and config.train.threads < cores() and products >= WIDE:
        print(f"train: this wide network trains faster with train.threads={cores()}, which changes the last bits of the result")


def _finish(config: Config, state: State, data: Prepared, out: Path, about: About) -> None:
    save_model(out / paths.MODEL, Model(state.network, data.mean, data.std, deciding_choices(config), data.dataset))
    about.tags["model_digest"] = sha256(out / paths.MODEL)
    write_json(out / paths.TIMING, {"model": about.tags["model_digest"], "train_seconds": state.seconds})
    write_rows(out / paths.HISTORY, Record, state.records)


def _given_up(error: DivergedError, data: Prepared, records: list[Record], out: Path, about: About) -> None:
    """Keep what a run that diverged has to show: its history, and the worst result there can be, so that no search chooses it."""
    (out / paths.MODEL).unlink(missing_ok=True)  # of an earlier run in this folder
    write_rows(out / paths.HISTORY, Record, records)
    worst: dict[str, float | None] = {f"{name}_accuracy": 0.0 for name in SPLITS} | {f"{name}_cost": None for name in SPLITS}
    write_json(out / paths.METRICS, {"dataset": data.dataset.name, **worst, "diverged": str(error)}, indent=2)
    about.tags |= {"diverged": "true", "error": str(error)}
    about.metrics["best/val_accuracy"] = 0.0


def _follow(config: Config, out: Path) -> None:
    if "evaluate" in config.then:
        from numlp.stages import evaluate

        evaluate.evaluate_run(config, out / paths.MODEL, out)
    if "plot" in config.then:
        from numlp.stages import plot

        plot.draw(out, out, out / "plots")


def _about(config: Config, invocation: Invocation, name: str, data: Prepared, out: Path, state: State) -> About:
    """What is known of the run before training, for MLflow."""
    dataset, member = data.dataset, invocation.member
    decided: dict[str, Any] = deciding_choices(config)
    decided["data"]["source"]["sha256"] = dataset.origin.get("archive_sha256")  # CIFAR10_SHA256 may have accepted it
    write_json(out / paths.CONFIG, decided, indent=2)
    about = About(name, {**flatten(decided), **invocation.choices}, dataset=(dataset.name, dataset.digest), run_id=state.run_id)
    about.tags = {"config_digest": json_digest(decided), "dataset": dataset.name}
    if member is not None:
        about.tags, about.parent = {**about.tags, **member.tags}, member.parent
    return about
