"""This project's training loop, as `numlp train` runs it, and the matrix products of an update alone."""

from itertools import pairwise

import numpy as np

import numlp
from benchmarks.task import ETA, Task, Train
from numlp.threads import blas_threads, cores, under_threads
from numlp.training.trainer import State, Trainer


def prepare(task: Task, part: numlp.Part, threads: int) -> Train:
    network = numlp.Network(task.sizes, norm="before" if task.norm else "none")
    numlp.initialize(network, numlp.he, np.random.default_rng(0))
    state = State(network, (numlp.Adam if task.adam else numlp.Sgd)(network), step=1)  # a run's first update does more than others
    plan = numlp.Plan(10**9, task.batch, lambda step: ETA, task.lams[0], 0.9, batch_seed=0, record_at=frozenset(), threads=threads)
    trainer = Trainer(state, part, part, plan, ahead=cores() > threads)

    def train() -> None:
        last = state.step + task.steps
        with np.errstate(all="ignore"):
            list(under_threads(trainer.blas_threads, trainer.records(lambda: state.step == last)))

    return train


def products(task: Task, part: numlp.Part, threads: int) -> Train:
    rng, pairs = np.random.default_rng(0), []
    values = [rng.standard_normal((task.batch, width), np.float32) for width in task.sizes]
    for number, (x, y) in enumerate(pairwise(values)):
        W = rng.standard_normal((x.shape[1], y.shape[1]), np.float32)
        pairs.append((x, W))  # forward
        pairs[:0] = [(x.T, y), (y, W.T)] if number else [(x.T, y)]  # backward; the images have no gradient
    operands = [(left, right, left @ right) for left, right in pairs]

    def train() -> None:
        with blas_threads(threads):
            for left, right, out in operands * task.steps:
                np.dot(left, right, out=out)

    return train
