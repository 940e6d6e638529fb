"""This project's training loop."""

import os

import numpy as np

import numlp
from benchmarks.task import BATCH, HALF_CYCLE, LAM, Images, Labels, Task, Train
from numlp.threads import blas_threads
from numlp.training.trainer import State, Trainer


def prepare(task: Task, images: Images, labels: Labels) -> Train:
    """A network of the task's shape, ready to train."""
    part, threads = numlp.Part(images, labels), int(os.environ["OMP_NUM_THREADS"])
    network = numlp.Network(task.sizes, norm="before" if task.norm else "none")
    numlp.initialize(network, numlp.he, np.random.default_rng(0))
    optimizer = (numlp.Adam if task.adam else numlp.Sgd)(network)
    schedule = numlp.Cyclical(1e-5, task.eta_max, HALF_CYCLE).rates(per_epoch=1, steps=1 + task.steps)
    # the run begins at its second update: what it does once, before its first, is no part of an update
    plan = numlp.Plan(1 + task.steps, BATCH, schedule, lam=LAM, ema_decay=0.9, batch_seed=0, record_at=frozenset(), threads=threads)

    def train() -> None:
        with np.errstate(all="ignore"), blas_threads(threads):
            for _ in Trainer(State(network, optimizer, step=1), part, part, plan).records():
                pass

    return train
