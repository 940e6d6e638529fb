"""The reproduction's use of numlp: settings by Hydra's Compose API, a training with its checkpoint and cached result, its MLflow run."""

import math
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf

from numlp import paths
from numlp.config import Config
from numlp.config.compose import CONF, store_primary, to_config
from numlp.config.naming import deciding_choices, flatten
from numlp.data.dataset import DatasetInfo
from numlp.data.normalise import SPLITS, Name, Part, Prepared, prepare_data
from numlp.data.sources import REPLACED, describe_data
from numlp.errors import require
from numlp.files import json_digest
from numlp.results.identity import run_key, settings_key
from numlp.signals import stoppable
from numlp.threads import cores, library
from numlp.tracking.queries import search
from numlp.tracking.run import Tracker, environment_tags
from numlp.tracking.sending import About, send_run
from numlp.tracking.store import Store
from numlp.training.checkpoint import Checkpoint
from numlp.training.evaluator import Scores
from numlp.training.fit import DivergedError, fit, make_trainer, score_splits
from numlp.training.plan import available_memory, count_updates
from reproduction.faults import FAULTS, identify
from reproduction.results import RUNS, Result, RunKey, save_result

EXPERIMENT = "reports"  # MLflow's
MACHINE = ("git_commit", "numlp", "python", "blas", "cpu")  # no process, no time
CORETYPE = "OPENBLAS_CORETYPE"  # the variable by which OpenBLAS chooses its kernel when NumPy is loaded
DIVERGED = Scores(math.nan, math.nan, 0.0)  # the scores of a network whose cost is not finite: no image is right


@dataclass(frozen=True)
class Training:
    """A run: its name for people, its settings with the seed, the fault that is planted in it, and the BLAS kernel that it runs on."""

    name: str
    config: Config
    fault: str
    kernel: str

    @cached_property
    def steps(self) -> int:
        """The number of updates."""
        return count_updates(self.config)[0]

    @cached_property
    def file(self) -> Path:
        """The file that caches the result: one for each configuration, fault, data set, code, NumPy and BLAS kernel."""
        versions = {"numpy": np.__version__, "blas": [library()[0], self.kernel], "data": describe_data(self.config).digest}
        key = json_digest({"settings": settings_key(self.config), **versions})
        return RUNS / f"{identify(key, self.fault)[:32]}.json"


class Composer:
    """The settings of runs of the project `root`, as `numlp train` composes them.

    Each choice of files is composed once; values are put into it, as Hydra does it, in a twentieth of the time.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._composed: dict[tuple[str, ...], DictConfig] = {}

    def compose(self, overrides: Sequence[str]) -> Config:
        """The settings of a run."""
        parsed = OverridesParser.create().parse_overrides(list(overrides))
        files = tuple(override.input_line or "" for override in parsed if not self._is_value(override))
        if files not in self._composed:
            store_primary(self._root, "reproduce")
            with initialize_config_dir(str((self._root / CONF).absolute()), version_base="1.3"):
                self._composed[files] = compose("params", list(files))
        config = deepcopy(self._composed[files])
        for override in filter(self._is_value, parsed):
            OmegaConf.update(config, override.key_or_group, override.value())
        return to_config(config)

    def _is_value(self, override: Override) -> bool:
        return override.type is OverrideType.CHANGE and not (self._root / CONF / override.key_or_group).is_dir()


class Unpacked(Prepared):
    """Splits as float32 values in memory, with which a run takes an eighth less time than with pixels; a process keeps the last ones."""

    _parts: ClassVar[dict[tuple[Any, ...], Part]] = {}

    def part(self, name: Name) -> Part:
        """One split."""
        key = self.dataset.digest, str(self.split), self.mean.size
        if self._parts and next(iter(self._parts))[:-1] != key:
            self._parts.clear()
        if (*key, name) not in self._parts:
            x, labels = super().part(name)
            if available_memory() < 3 * cores() * x[:1].nbytes * len(x):
                return Part(x, labels)
            self._parts[*key, name] = Part(x[:], labels)
        return self._parts[*key, name]


def find_dataset(root: Path, overrides: Sequence[str]) -> DatasetInfo:
    """The data set of the project's params.yaml, with the overrides of all runs."""
    dataset = describe_data(Composer(root).compose(overrides))
    remedy = "data=synthetic asks for others"
    require(REPLACED not in dataset.origin, "reproduction", "the data set of params.yaml", remedy, data=dataset.name)
    return dataset


def describe_origin(root: Path, dataset: DatasetInfo) -> dict[str, Any]:
    """The data set, the code and the machine of results that are made now, without a time of day."""
    tags = environment_tags(root)
    data = {"name": dataset.name, **dataset.origin, "digest": dataset.digest}
    return {"data": data, **{name: tags[name] for name in MACHINE}, "numpy": np.__version__, "cores": cores()}


def train_and_cache(training: Training, file: Path) -> Result:
    """Make a run of the project in the current folder, and cache its result."""
    remedy = "seeds=0,1,2,3,4 asks for the machine's own alone"
    require(library()[1] == training.kernel, "kernel", f"{training.kernel} by {CORETYPE}", remedy, kernel=library()[1])
    result = train_and_measure(training.config, training.name, training.fault)
    save_result(file, result)
    return result


def train_and_measure(config: Config, name: str, fault: str = "") -> Result:
    """Train and measure a network, with a mistake planted where `fault` names one; an interrupted run resumes from its checkpoint."""
    data = prepare_data(config)
    checkpoint = Checkpoint(paths.CHECKPOINTS / f"{identify(run_key(config, data), fault)}.npz")
    data = (FAULTS[fault].splits if fault else Unpacked)(**vars(data))
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
        kernel=library()[1],
        seconds=state.seconds,
        history=tuple(state.records),
    )


def log_results(root: Path, runs: Iterable[tuple[RunKey, Training, Result]]) -> None:
    """Send MLflow the runs that it lacks, as child runs of their experiments'; a store that fails is a warning."""

    def send(store: Store) -> None:
        present = {(run.info.run_name, run.data.tags.get("model_digest")): run.info.run_id for run in search(store, "")}
        environment = environment_tags(root)
        missing = [run for run in runs if (f"{run[0]} {run[1].kernel}", run[2].model_digest) not in present]
        print(f"MLflow gets {len(missing)} runs", flush=True)
        for key, training, result in missing:
            if (key.experiment, None) not in present:
                parent = About(key.experiment, {}, status="FINISHED")
                send_run(store, parent, None, ())
                present[key.experiment, None] = parent.run_id
            decided = deciding_choices(training.config)
            tags = {**environment, "config_digest": json_digest(decided), "model_digest": result.model_digest, "experiment": key.experiment}
            tags |= {"blas_kernel": result.kernel} | ({"fault": training.fault} if training.fault else {})
            finals = {f"final/{split}_{what}": getattr(result, f"{split}_{what}") for split in SPLITS for what in ("accuracy", "cost")}
            name, parent = f"{key} {training.kernel}", present[key.experiment, None]
            about = About(name, flatten(decided), tags, parent=parent, metrics=finals, status="FINISHED")
            about.metrics["train_seconds"] = result.seconds
            send_run(store, about, None, result.history)

    Tracker(root, None, About(EXPERIMENT, {}), EXPERIMENT).attempt(send)
