"""The time and memory that a sweep would take, estimated from steps timed now on images of noise."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from numlp.blas import blas_threads
from numlp.config import Config
from numlp.config.data import CLASSES, IMAGES, TRAIN_IMAGES
from numlp.data.preprocess import Part
from numlp.display.text import format_duration
from numlp.optim.schedules import constant
from numlp.runs.outcome import resident
from numlp.sweep.jobs import Job
from numlp.sweep.planner import Planner, count_updates
from numlp.sweep.summary import describe_network
from numlp.tracking import load
from numlp.training import build
from numlp.training.evaluator import CHUNK, Evaluator
from numlp.training.updates import Updates

WARM, STEPS = 5, 30  # updates before those that are measured
TEST_IMAGES = IMAGES - TRAIN_IMAGES
MB = 1e6


@dataclass(frozen=True)
class Cost:
    """Of an update, and of a forward pass over `CHUNK` images, in seconds."""

    step: float
    chunk: float


def print_estimate(planner: Planner, pruned: Path, total: int, at_once: int) -> None:
    """Print the network, the jobs, which of them are done, and what the others would take.

    Args:
        planner: With the jobs that are known.
        pruned: Where the outcomes of pruned trials are kept.
        total: Jobs, those of later rounds among them, whose values follow from the rounds before.
        at_once: Jobs that run side by side.
    """
    from rich.console import Console

    console, jobs = Console(highlight=False, markup=False, soft_wrap=True), planner.jobs
    console.print(f"network: {describe_network(jobs)}")
    for job in jobs:
        planner.look_up(job, pruned)
        state = {"waiting": "to run", "kept": "cached"}.get(job.status.state, f"would fail: {job.status.error}")
        console.print(f"{job.number + 1}/{total}  {job.label}: {state}")
    states = [job.status.state for job in jobs]
    later = f", {total - len(jobs)} more follow from these" if total > len(jobs) else ""
    console.print(f"{states.count('waiting')} jobs to run, {states.count('kept')} cached, {states.count('failed')} would fail{later}")
    to_run = [job for job in jobs if job.status.state == "waiting"]
    if to_run:
        console.print(_estimate(to_run, total - len(jobs), at_once))


def _estimate(jobs: Sequence[Job], later: int, at_once: int) -> str:
    costs = dict[tuple[object, ...], Cost]()
    seconds = []
    load()  # MLflow, whose memory a job has too
    for job in jobs:
        assert job.config is not None
        kind = _kind(job.config)
        if kind not in costs:
            costs[kind] = measure_cost(job.config)
        seconds.append(estimate_seconds(job.config, costs[kind]))
    whole = sum(seconds) * (1 + later / len(jobs)) / at_once
    steps = ", ".join(f"{1000 * cost.step:.2f} ms" for cost in costs.values())
    return (
        f"estimate from steps timed now ({steps} per step): {format_duration(sum(seconds) / len(jobs))} per job, "
        f"{format_duration(whole)} in all with {at_once} at a time; memory: {resident() / MB:.0f} MB per job, and "
        f"{_images(jobs) / MB:.0f} MB for the images, which all jobs share"
    )


def measure_cost(config: Config) -> Cost:
    """Time an update and a forward pass."""
    network, rng = build.network(config), np.random.default_rng(0)
    x = rng.standard_normal((max(CHUNK, config.train.batch_size), config.model.inputs), np.float32)
    part = Part(x, rng.integers(0, CLASSES, len(x)))
    plan = replace(build.plan(config, len(x)), steps=WARM + STEPS, schedule=constant(1e-3), record_at=frozenset())
    updates = Updates(network, build.optimiser(config.optim, network, config.average), part, plan)
    began = 0.0
    with blas_threads(config.train.threads):
        for batch in updates.batches(0):
            if batch.step == WARM:
                began = perf_counter()
            updates.apply(batch)
        stepped = perf_counter()
        evaluator = Evaluator(network)
        evaluator.logits(x[:CHUNK])
        middle = perf_counter()
        evaluator.logits(x[:CHUNK])
        return Cost((stepped - began) / STEPS, perf_counter() - middle)


def estimate_seconds(config: Config, cost: Cost) -> float:
    """Seconds of a job: its updates, its records, and the figures at its end."""
    steps, per_epoch = count_updates(config)
    records = len(build.record_steps(config.train.record, steps, per_epoch))
    splits = [config.split.val] + ([config.split.train] if config.train.record.cost == "full" else [])
    images = records * sum(stop - start for start, stop in splits) + TEST_IMAGES
    return steps * cost.step + images / CHUNK * cost.chunk


def _kind(config: Config) -> tuple[object, ...]:
    """What the time of a step depends on."""
    return (
        *config.model.hidden,
        config.model.inputs,
        config.norm.placement,
        config.activation.name,
        config.dropout > 0,
        config.input_dropout > 0,
        config.mixup > 0,
        *astuple(config.augment),
        config.optim.name,
        config.train.batch_size,
        config.train.threads,
    )


def _images(jobs: Sequence[Job]) -> float:
    """Bytes of the widest split."""
    configs = [job.config for job in jobs if job.config is not None]
    counts = [sum(stop - start for start, stop in (c.split.train, c.split.val)) + TEST_IMAGES for c in configs]
    return max(count * config.model.inputs * 4.0 for count, config in zip(counts, configs, strict=True))
