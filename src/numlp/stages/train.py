"""`numlp train`: one run, from the initial weights to a model, a history and an MLflow run."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig

from numlp import paths
from numlp.config import Config
from numlp.config.compose import chosen_files
from numlp.config.naming import caption, deciding_choices, flatten, run_name
from numlp.config.parts import build
from numlp.data.normalise import SPLITS, Prepared, prepare_data
from numlp.display.terminal import show_records
from numlp.files import json_digest, sha256, write_json, write_rows
from numlp.inference.model_file import Model, save_model
from numlp.results.identity import run_key
from numlp.results.outcome import Member, Outcome, PrunedError, describe_end
from numlp.signals import stoppable
from numlp.stages.evaluate import evaluate
from numlp.threads import cores
from numlp.tracking.run import track
from numlp.tracking.sending import About
from numlp.training.checkpoint import Checkpoint
from numlp.training.fit import DivergedError, fit, make_trainer, score_splits
from numlp.training.history import LayerHealth, Record
from numlp.training.plan import check_memory
from numlp.training.trainer import State

OUTPUTS = Path("outputs")  # the folder of single runs


def run(config: Config, out: Path, member: Member | None = None) -> Outcome | None:
    """Train with the files in `out`, and do what `then` names, all of it one MLflow run; returns the outcome of a member of a sweep.

    A run resumes when build/checkpoints has a file named by its key, which holds all that decides the result (`numlp.results.identity`).
    """
    check_memory(config)
    data, alone, choices = prepare_data(config), member is None, chosen_files(HydraConfig.get().runtime.choices)
    # A rule that depends on the data is broken before anything is made. The jobs of a sweep have all cores.
    trainer = make_trainer(config, data, ahead=alone and cores() > config.train.threads)
    name, state, dataset = run_name(config, choices), trainer.state, data.dataset
    checkpoint = Checkpoint(paths.CHECKPOINTS / f"{run_key(config, data)}.npz")
    print(f"train: {name} on {dataset.name}")
    if build(config.moments).split == "test" and config.norm.placement != "none":
        print(f"train: moments=adaptive takes batch norm's statistics from {config.moments['images']:,} test images (never their labels)")
    if not config.train.resume:
        checkpoint.clear()
    elif checkpoint.restore(state):
        print(f"train: {name} resumes from step {state.step}, {checkpoint.path} (train.resume=false starts over)")
    about, failure = _about(config, choices, member, name, data, out, state), None
    with stoppable() as stop, track(Path.cwd(), out, about, system_metrics=config.tracking.system_metrics) as tracked:
        state.run_id = about.run_id

        def follow(record: Record, show: Callable[[Record], None] = lambda _: None) -> None:
            show(record)
            tracked.log(record, [row for row in state.health if row.step == record.step])
            if member is not None:
                member.watch(record)

        try:
            for record in state.records:
                follow(record)  # what the store and the sweep did not get before the interruption
            with show_records(trainer.plan.steps, name, alone) as show:
                fit(config, data, trainer, checkpoint, partial(follow, show=show), stop)
        except (DivergedError, PrunedError) as error:
            failure = error
        del trainer  # its buffers and the map of its images: what follows needs memory of its own
        write_rows(out / paths.HISTORY, Record, state.records)
        write_rows(out / paths.HEALTH, LayerHealth, state.health)  # without rows when not measured: to DVC an output of each training
        (out / paths.MODEL).unlink(missing_ok=True)  # of an earlier run in this folder
        if failure is None:
            outcome = _finish(config, state, data, out, about, member)
        elif isinstance(failure, DivergedError):
            tracked.log(state.records[-1], [row for row in state.health if row.step == state.records[-1].step])
            outcome = _give_up(failure, state, data, out, about)
        else:
            about.tags["pruned"] = "true"
            outcome = describe_end(state, out, "pruned")
        if "plot" in config.then:
            from numlp.stages import plot  # and with it matplotlib

            plot.draw_run(out, f"{dataset.name}\n{caption(deciding_choices(config))}", dataset.classes)
        if alone and isinstance(failure, DivergedError):
            checkpoint.clear()
            raise failure
    if member is not None and outcome is not None:  # once MLflow's run is closed: what is recorded as done is not opened again
        member.keep(outcome)
    checkpoint.clear()
    if alone:
        print(f"files: {out}{_link_last(out)}")
    return outcome


def _finish(config: Config, state: State, data: Prepared, out: Path, about: About, member: Member | None) -> Outcome | None:
    """Write the model and, where asked for, its evaluation; measure the outcome of a member of a sweep."""
    model = Model(state.network, data.mean, data.std, deciding_choices(config), data.dataset)
    save_model(out / paths.MODEL, model)
    about.tags["model_digest"] = sha256(out / paths.MODEL)
    write_json(out / paths.TIMING, {"model": about.tags["model_digest"], "train_seconds": state.seconds})
    if "evaluate" in config.then:
        evaluate(model, data, out, config.test_time_flip)
    if member is None:
        return None
    val, test = score_splits(config, data, state, ("val", "test")).values()
    figures: dict[str, Any] = {"val_accuracy": val.accuracy, "val_cost": val.cost, "test_accuracy": test.accuracy}
    if "evaluate" not in config.then:  # which logs them all
        about.metrics |= {f"final/{name}": value for name, value in figures.items()}
    return describe_end(state, out, "done", best_val_accuracy=max(record.val_accuracy for record in state.records), **figures)


def _give_up(error: DivergedError, state: State, data: Prepared, out: Path, about: About) -> Outcome:
    """Write the worst result there can be, so that no search chooses it."""
    worst: dict[str, float | None] = {f"{name}_accuracy": 0.0 for name in SPLITS} | {f"{name}_cost": None for name in SPLITS}
    about_data = {"dataset": data.dataset.name, "classes": data.dataset.classes}
    write_json(out / paths.METRICS, {**about_data, **worst, "diverged": str(error)}, indent=2)
    about.tags |= {"diverged": "true", "error": str(error)}
    about.metrics["best/val_accuracy"] = 0.0
    return describe_end(state, out, "diverged", str(error))


def _link_last(out: Path) -> str:
    """Let `outputs/last` lead to a run below `outputs`, and say so; a file of that name that is no link stays."""
    last = OUTPUTS / "last"
    if not out.is_relative_to(OUTPUTS) or out.is_relative_to(last) or (last.exists() and not last.is_symlink()):
        return ""
    with suppress(OSError):  # a file system without links, or another run at this moment
        last.unlink(missing_ok=True)
        last.symlink_to(out.relative_to(OUTPUTS), target_is_directory=True)
    return f", also {last}"


def _about(config: Config, choices: Mapping[str, str], member: Member | None, name: str, data: Prepared, out: Path, state: State) -> About:
    """The facts of the run that are known before training, for MLflow."""
    dataset = data.dataset
    decided: dict[str, Any] = deciding_choices(config)
    if "sha256" in decided["data"]:
        decided["data"]["sha256"] = dataset.origin.get("archive_sha256")  # CIFAR10_SHA256 may have accepted it
    write_json(out / paths.CONFIG, decided, indent=2)
    about = About(name, {**flatten(decided), **choices}, dataset=(dataset.name, dataset.digest), run_id=state.run_id)
    about.tags = {"config_digest": json_digest(decided), "dataset": dataset.name} | dict({} if member is None else member.tags)
    about.parent = "" if member is None else member.parent
    return about
