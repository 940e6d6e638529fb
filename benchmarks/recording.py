"""The cost of recording, and the peak memory of the train stage."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.places import command, synthetic_project
from benchmarks.process import Worker, highest_resident
from benchmarks.result import Part, Row, Table
from benchmarks.settings import Settings
from benchmarks.stats import ratio, rounds, spread
from benchmarks.task import Task

EPOCH = 450
WITH, WITHOUT = "cost, loss and accuracy of both splits after each epoch", "nothing recorded"


def run(settings: Settings) -> Part:
    """Measure two epochs with and without records, and whole train stages."""
    epoch = settings.steps(EPOCH)
    without = Task("step", settings.data, steps=2 * epoch)
    recorded = replace(without, records=(epoch, 2 * epoch))
    with Worker("ours", 2) as worker:
        seconds = rounds({WITH: partial(worker.ask, recorded), WITHOUT: partial(worker.ask, without)}, settings.repeats)
    table = Table("Recording, 3 layers with batch norm, 2 threads", ["", "ms a step", "/ without"])
    table.rows = [[name, spread([1000 * s for s in found]), ratio(found, seconds[WITHOUT])] for name, found in seconds.items()]
    folder = synthetic_project("memory")
    peak = spread(rounds({"peak": partial(peak_of_stage, folder)}, settings.repeats)["peak"])
    memory = Table("Memory of the train stage: one epoch, both splits recorded", ["", "peak resident memory, GB"], [["numlp train", peak]])
    rows = [
        Row("recording both splits each epoch: training / training without", ratio(seconds[WITH], seconds[WITHOUT]), 1.35, 1.2),
        Row("peak resident memory of train, GB", peak, 1.2, 0.8),
    ]
    return Part("Recording and memory", [table, memory], rows)


def peak_of_stage(folder: Path) -> float:
    """Highest resident memory of `numlp train`, in GB: MLflow, and the pages of the arrays that it maps, included."""
    process = command(folder, "numlp", "train", "+stage=pipeline", "data=synthetic", "train.epochs=1", "train.resume=false")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError((folder / "bench.log").read_text()[-2000:])
    return highest_resident(usage) / 1e9
