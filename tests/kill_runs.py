"""End runs at random times by SIGKILL, SIGINT and SIGTERM, give the same command again, and compare with runs that were left alone.

    python tests/kill_runs.py --kills 48 --folder FOLDER

FOLDER, which must be empty, becomes a project with synthetic images. Prints a row per trial, and exits with 1 if a model or a history has
other bits, or if MLflow has a record twice or not at all.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

from budget import ROOT
from numlp.files import sha256
from numlp.tracking import connect

POINTS = 10
RUN = ["data=synthetic", "split=9k", "then=[]", "train.record.every=points", f"train.record.points={POINTS}"]  # 90 updates per epoch
SLOW = "schedule.eta_max=0.003"
CASES = {
    "nine layers": ["model=mlp9"],
    "everything": [
        *("optim=adamw", SLOW, "activation=gelu", "dropout=0.2", "input_dropout=0.1", "smoothing=0.1", "mixup=0.5", "clip_norm=1"),
        *("average=0.99", "moments=precise", "moments.images=2000", "augment.flip=true", "augment.shift=3", "augment.cutout=8"),
        *("train.threads=1", "train.health=true", "test_time_flip=true"),
    ],
    "momentum": ["model=mlp2", "optim=momentum", "train.record.cost=smoothed"],
    "adam": ["optim=adam", SLOW, "norm=after", "train.record.cost=aggregated"],
}
ENDS = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}  # exit codes


def start(folder, case, steps, out):
    command = [sys.executable, "-m", "numlp", "train", *RUN, *CASES[case], f"train.epochs={steps / 90!r}", f"hydra.run.dir={out}"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(output)
    return output


def digests(folder):
    return [sha256(folder / name) for name in ("model.npz", "history.csv")]


def end_and_repeat(folder, case, steps, number, delay):
    """End a run after `delay` seconds of training; the last run's output, or None where the run was faster."""
    process = start(folder, case, steps, f"outputs/{case}-again")
    for line in process.stdout:
        if re.search(r"step +0/", line):  # the first record: from here on it trains
            break
    time.sleep(delay)
    process.send_signal(number)
    output, _ = process.communicate()
    if process.returncode == 0:
        return None
    assert process.returncode == ENDS[number], output
    return finish(start(folder, case, steps, f"outputs/{case}-again"))


def try_case(folder, case, numbers, steps):
    """End a run by each signal of `numbers`; yield whether all bits were equal."""
    rng, reference = random.Random(case), folder / "outputs" / case
    finish(start(folder, case, steps, reference))
    seconds = json.loads((reference / "timing.json").read_text())["train_seconds"]
    for number in numbers:
        output = None
        while output is None:
            shutil.rmtree(folder / "outputs" / f"{case}-again", ignore_errors=True)
            output = end_and_repeat(folder, case, steps, number, rng.uniform(0, 0.9 * seconds))
        same = digests(folder / "outputs" / f"{case}-again") == digests(reference)
        print(
            f"{case:12} {number.name:8} {'resumed' if 'resumes from step' in output else 'began again'}, {'same' if same else 'OTHER'} bits"
        )
        yield same


def records_in_mlflow(folder):
    """The steps of the records of each finished run in MLflow."""
    client, experiment = connect(folder)
    finished = [run.info.run_id for run in client.search_runs([experiment]) if run.info.status == "FINISHED"]
    return [[metric.step for metric in client.get_metric_history(run_id, "cost/val")] for run_id in finished]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=48)
    parser.add_argument("--steps", type=int, default=2_000, help="updates of a run")
    parser.add_argument("--cases", type=int, default=len(CASES))
    parser.add_argument("--folder", type=Path, required=True)
    arguments = parser.parse_args()
    folder, cases = arguments.folder.resolve(), list(CASES)[: arguments.cases]
    shutil.copytree(ROOT / "conf", folder / "conf", dirs_exist_ok=True)
    shutil.copy(ROOT / "params.yaml", folder)
    subprocess.run([sys.executable, "-m", "numlp", "normalise", "data=synthetic", "split=9k"], cwd=folder, check=True)
    trials = list(islice(zip(cycle(cases), (number for number in cycle(ENDS) for _ in cases), strict=False), arguments.kills))
    with ThreadPoolExecutor(2) as pool:
        numbers = {case: [number for other, number in trials if other == case] for case in cases}
        same = [
            result
            for results in pool.map(lambda case: list(try_case(folder, case, numbers[case], arguments.steps)), cases)
            for result in results
        ]
    counts = [(len(steps), len(set(steps))) for steps in records_in_mlflow(folder)]
    print(f"{sum(same)} of {len(trials)} with the same bits; records in MLflow, of which different: {sorted(set(counts))}")
    return int(not all(same) or set(counts) != {(POINTS + 1, POINTS + 1)})


if __name__ == "__main__":
    sys.exit(main())
