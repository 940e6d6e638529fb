"""The whole pipeline from a cached archive in a fresh copy, and where its time goes."""

import json
import os
import shlex
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from benchmarks.places import command, finished, project
from benchmarks.process import Worker
from benchmarks.result import Part, Row, Table
from benchmarks.sampler import PIPELINE
from benchmarks.settings import Settings
from benchmarks.stats import ratio, rounds, spread
from benchmarks.task import Task

EPOCH, EPOCHS = 450, 20  # as params.yaml says: two cycles of ten epochs
ALL, TRAINING = "dvc repro, all six stages", "training alone, each epoch recorded"
ROW = "whole pipeline from a cached archive, 20 epochs, all stages and MLflow: wall time / training alone"
PROCESSES = "DVC, and starting and ending processes"
KINDS = [*dict.fromkeys(name for name, _, _ in PIPELINE), "rest", PROCESSES]

Profile = dict[str, float]


def run(settings: Settings) -> Part:
    """Measure `dvc repro` and, in turn, the same training in a process that is at hand."""
    title = "The whole pipeline"
    if "CIFAR10_ARCHIVE" not in os.environ:
        note = "CIFAR10_ARCHIVE is not set"
        return Part(title, [], [Row(ROW, None, 2.2, 1.6, note=note)], [f"{title} ({note})"])
    profiles: list[Profile] = []
    steps = EPOCHS * EPOCH
    task = Task("networks", settings.data, steps=steps, records=tuple(range(0, steps + 1, EPOCH)))
    with Worker("ours", 2) as worker:
        found = rounds({ALL: partial(repro, profiles), TRAINING: partial(worker.ask, task)}, settings.repeats)
    walls = Table(title, ["", "seconds"], [[name, spread(seconds)] for name, seconds in found.items()])
    kinds = Table("Where the time of dvc repro goes", ["", "seconds", "share, %"])
    for kind in KINDS:
        seconds = [profile.get(kind, 0.0) for profile in profiles]
        shares = [100 * s / sum(profile.values()) for s, profile in zip(seconds, profiles, strict=True)]
        kinds.rows.append([kind, spread(seconds), spread(shares)])
    return Part(title, [walls, kinds], [Row(ROW, ratio(found[ALL], found[TRAINING]), 2.2, 1.6)])


def repro(profiles: list[Profile]) -> float:
    """Seconds of `dvc repro` in a fresh copy of the project; adds where they went to `profiles`."""
    folder = project("pipeline")
    looks = folder / "looks.jsonl"
    (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    start = time.perf_counter()
    finished(command(folder, "dvc", "repro", first=shim(folder, looks)), folder)
    wall = time.perf_counter() - start
    sums: Profile = defaultdict(float)
    for line in looks.read_text().splitlines():
        for kind, seconds in json.loads(line)["seconds"].items():
            sums[kind] += seconds
    sums[PROCESSES] = wall - sum(sums.values())
    profiles.append(sums)
    return wall


def shim(folder: Path, looks: Path) -> Path:
    """A folder with a `numlp` that DVC's stages find first, which has its stack looked at."""
    program = folder / "bin" / "numlp"
    program.parent.mkdir()
    call = shlex.join([sys.executable, "-m", "benchmarks.sampled", str(looks)])
    program.write_text(f'#!/bin/sh\nexec {call} "$@"\n')
    program.chmod(0o755)
    return program.parent
