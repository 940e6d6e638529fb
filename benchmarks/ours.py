"""This project's side: `numlp.training.trainer.train` itself, on memory-mapped arrays, as the train stage calls it."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import timing
from benchmarks.lower_bound import all_layers, first_layer
from benchmarks.sampler import STEP, Sampler
from benchmarks.task import CHANGES, Task
from numlp.config import (
    AdamConfig,
    AugmentConfig,
    Config,
    CyclicalConfig,
    InitConfig,
    ModelConfig,
    MomentsConfig,
    NormConfig,
    SgdConfig,
    TrainConfig,
)
from numlp.data.preprocess import open_prepared
from numlp.training import build
from numlp.training.trainer import Progress, train

__all__ = ["all_layers", "first_layer", "networks", "profile", "step"]


def step(task: Task) -> Callable[[], float]:
    """Seconds an update."""
    return timing.step(trained, task)


def networks(task: Task) -> Callable[[], float]:
    """Seconds to train the task's networks."""
    return timing.networks(trained, task)


def profile(task: Task) -> Callable[[], dict[str, float]]:
    """Seconds an update by what they went to."""
    run = trained(task, task.lams[0])

    def measure() -> dict[str, float]:
        with Sampler(STEP, interval=0.0009) as sampler:
            run()
        return {name: seconds / task.steps for name, seconds in sampler.seconds.items()}

    return measure


def trained(task: Task, lam: float) -> Callable[[], None]:
    """Train a network of the task's shape; again, where it is called again."""
    config = chosen(task, lam)
    data = open_prepared(Path(task.data))
    part, val = data.part("train"), data.part("val")
    network = build.network(config)
    optimiser = build.optimiser(config.optim, network)
    first = 0 if task.records else 1  # what a run does once, before its first update, is no part of a step
    plan = replace(build.plan(config, len(part.labels)), steps=first + task.steps, record_at=frozenset(task.records))

    def run() -> None:
        with np.errstate(all="ignore"):  # as the train stage has it
            for _ in train(network, optimiser, part, val, plan, Progress(first)):
                pass

    return run


def chosen(task: Task, lam: float) -> Config:
    """The task as the choices of a run; what it does not name is what params.yaml says."""
    return Config(
        model=ModelConfig(hidden=list(task.hidden)),
        norm=NormConfig(placement=task.norm),
        init=InitConfig("he"),
        optim={"sgd": SgdConfig, "adam": AdamConfig}[task.optimiser](),
        schedule=CyclicalConfig(eta_max=task.eta_max),
        moments=MomentsConfig("ema"),
        lam=lam,
        seed=0,
        dropout=CHANGES["dropout"] if task.changed else 0.0,
        mixup=CHANGES["mixup"] if task.changed else 0.0,
        augment=AugmentConfig(flip=True, shift=int(CHANGES["shift"]), cutout=int(CHANGES["cutout"])) if task.changed else AugmentConfig(),
        train=TrainConfig(batch_size=task.batch, cycles=2, threads=int(os.environ["OMP_NUM_THREADS"])),
    )
