"""The whole pipeline from a cached archive in a fresh copy, and where its time goes."""

import json
import os
import shlex
import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from benchmarks.places import complete, project
from benchmarks.process import Worker
from benchmarks.result import Cell, Part, Row, Table
from benchmarks.sampler import PIPELINE
from benchmarks.settings import Settings
from benchmarks.stats import ratio, rounds, spread
from benchmarks.task import Task

EPOCH, EPOCHS = 450, 20  # as params.yaml says: two cycles of ten epochs
ALL, TRAINING = "`dvc repro`, all stages", "training alone, each epoch recorded"
ROW = "`dvc repro` from a cached archive, all stages and MLflow / training alone"
PROCESSES = "DVC, and starting and ending processes"
KINDS = [*dict.fromkeys(name for name, _, _ in PIPELINE), "rest", PROCESSES]

Profile = dict[str, float]


def run(settings: Settings) -> Part:
    """Measure `dvc repro` and, in turn, the same training in a process that is at hand."""
    title, epochs = "The pipeline", EPOCHS * settings.scale
    if "CIFAR10_ARCHIVE" not in os.environ:
        return Part(f"{title} (not measured: CIFAR10_ARCHIVE is not set)", [], [Row(ROW, None, 1.45, 1.25)])
    profiles: list[Profile] = []
    steps = settings.steps(EPOCHS * EPOCH)
    task = Task("networks", settings.data, steps=steps, records=(*range(0, steps, EPOCH), steps))
    with Worker("ours", 1) as worker:
        found = rounds({ALL: partial(repro, profiles, epochs), TRAINING: partial(worker.ask, task)}, settings.repeats)
    walls = Table("Whole commands", ["", "seconds"], [[name, spread(seconds)] for name, seconds in found.items()])
    kinds = Table("Where the time of `dvc repro` goes", ["", "seconds", "share, %"])
    for kind in KINDS:
        seconds = [profile.get(kind, 0.0) for profile in profiles]
        shares = [100 * s / sum(profile.values()) for s, profile in zip(seconds, profiles, strict=True)]
        kinds.rows.append([kind, spread(seconds), spread(shares)])
    costs: list[Cell] = ["`dvc repro` from a cached archive, all stages, 20 epochs", spread(found[ALL]), "", "", ""]
    return Part(title, [walls, kinds], [Row(ROW, ratio(found[ALL], found[TRAINING]), 1.45, 1.25)], [costs])


def repro(profiles: list[Profile], epochs: float) -> float:
    """Seconds of `dvc repro` in a fresh copy of the project; adds where they went to `profiles`."""
    folder = project("pipeline")
    looks, params = folder / "looks.jsonl", folder / "params.yaml"
    params.write_text(params.read_text().replace("epochs: null", f"epochs: {epochs}"))
    (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    start = time.perf_counter()
    complete(folder, "dvc", "repro", first=shim(folder, looks))
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
