"""The reproduction's use of numlp: settings by Hydra's Compose API, a training with its checkpoint and cached result, its MLflow run."""

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from hydra import compose, initialize_config_dir

from numlp import paths
from numlp.code_digest import stage_digest
from numlp.config import Config
from numlp.config.compose import CONF, store_primary, to_config
from numlp.config.naming import deciding_choices, flatten
from numlp.data.normalise import SPLITS, prepare_data
from numlp.data.sources import REPLACED, describe_data
from numlp.errors import require
from numlp.files import json_digest
from numlp.results.identity import record_file, run_key
from numlp.signals import stoppable
from numlp.tracking.run import environment_tags, track
from numlp.tracking.sending import About
from numlp.training.checkpoint import Checkpoint
from numlp.training.evaluator import Scores
from numlp.training.fit import DivergedError, fit, make_trainer, score_splits
from numlp.training.plan import count_updates
from reproduction.faults import FAULTS, identify
from reproduction.results import RUNS, Note, Result, load_result, save_result

EXPERIMENT = "reports"  # MLflow's
MACHINE = ("numlp", "python", "blas", "blas_kernel", "cpu")  # no process, no time
DIVERGED = Scores(math.nan, math.nan, 0.0)  # the scores of a network whose cost is not finite: no image is right


def compose_config(root: Path, overrides: Sequence[str]) -> Config:
    """The settings of a run of the project `root`, as `numlp train` composes them."""
    store_primary(root, "reproduce")
    with initialize_config_dir(str((root / CONF).absolute()), version_base="1.3"):
        return to_config(compose("params", list(overrides)))


def count_steps(config: Config) -> int:
    """The updates of a run."""
    return count_updates(config)[0]


def identify_training(config: Config, fault: str) -> str:
    """A digest of the settings that decide a run, and of its fault."""
    return json_digest({"choices": deciding_choices(config), "fault": fault})


def result_file(config: Config, fault: str) -> Path:
    """The file that caches the result of a run: one for each configuration, fault, data set, code, NumPy and BLAS kernel."""
    file = record_file(RUNS, config)
    return file.with_stem(identify(file.stem, fault)[: len(file.stem)])


def make_note(root: Path, seeds: Sequence[int], overrides: Sequence[str]) -> Note:
    """The note of results that are made now: with the code as it is, and the images that the project's settings name."""
    dataset = describe_data(compose_config(root, overrides))
    remedy = "data=synthetic asks for others"
    require(REPLACED not in dataset.origin, "reproduction", "the data set of params.yaml", remedy, data=dataset.name)
    return Note(list(seeds), list(overrides), stage_digest("train"), dataset.digest)


def describe_origin(root: Path, note: Note) -> dict[str, object]:
    """The content of provenance.json: data set, code, machine, seeds and overrides, and no time of day."""
    dataset, tags = describe_data(compose_config(root, note.overrides)), environment_tags(root)
    data = {"name": dataset.name, **dataset.origin, "digest": dataset.digest}
    code = {"git_commit": tags["git_commit"], "source": note.source, **{name: tags[name] for name in MACHINE}}
    return {"data": data, **code, "cores": os.cpu_count() or 1, "seeds": note.seeds, "overrides": note.overrides}


def train_and_cache(root: Path, config: Config, name: str, fault: str) -> Result:
    """Make a run of the project `root`, and cache its result; a process that makes several runs may have been in another folder."""
    os.chdir(root)
    result = train_and_measure(config, name, fault)
    save_result(result_file(config, fault), result)
    return result


def train_and_measure(config: Config, name: str, fault: str = "") -> Result:
    """Train and measure a network, with a mistake planted where `fault` names one; an interrupted run resumes from its checkpoint."""
    data = prepare_data(config)
    checkpoint = Checkpoint(paths.CHECKPOINTS / f"{identify(run_key(config, data), fault)}.npz")
    data = FAULTS[fault].splits(**vars(data)) if fault else data
    right = make_trainer(config, data)
    trainer = FAULTS[fault](config, right) if fault else right
    state = trainer.state
    if checkpoint.restore(state):
        print(f"train: {name} resumes from step {state.step}")
    try:
        with stoppable() as stop:
            fit(config, data, trainer, checkpoint, lambda record: None, stop)
        scores = score_splits(config, data, state, tuple(SPLITS))
    except DivergedError:
        scores = dict.fromkeys(SPLITS, DIVERGED)
    checkpoint.clear()
    return Result(
        **{f"{split}_accuracy": score.accuracy for split, score in scores.items()},
        **{f"{split}_cost": score.cost for split, score in scores.items()},
        best_val_accuracy=max(record.val_accuracy for record in state.records),
        steps=state.records[-1].step,
        model_digest=sha256(state.network.params.vector.tobytes() + state.network.moments.vector.tobytes()).hexdigest(),
        seconds=state.seconds,
        history=tuple(state.records),
    )


def load_cached(config: Config, fault: str) -> Result | None:
    """The result of a run that was made before; None where it was not."""
    return load_result(result_file(config, fault))


@contextmanager
def tracked(root: Path, experiment: str, seeds: Sequence[int], runs: int) -> Iterator[About]:
    """The MLflow run of an experiment, whose trainings become its child runs."""
    about = About(experiment, {"seeds": str(list(seeds)), "runs": runs})
    with track(root, None, about, EXPERIMENT):
        yield about


def log_run(root: Path, name: str, experiment: str, config: Config, fault: str, result: Result, parent: About) -> None:
    """Log a run that was trained as a child run of its experiment's."""
    decided = deciding_choices(config)
    tags = {"config_digest": json_digest(decided), "model_digest": result.model_digest, "experiment": experiment}
    if fault:
        tags["fault"] = fault
    finals = {f"final/{split}_{what}": getattr(result, f"{split}_{what}") for split in SPLITS for what in ("accuracy", "cost")}
    about = About(name, flatten(decided), tags, parent=parent.run_id, metrics=finals | {"train_seconds": result.seconds})
    with track(root, None, about, EXPERIMENT) as run:
        for record in result.history:
            run.log(record)
