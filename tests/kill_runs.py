"""End runs at random times by SIGKILL, SIGINT and SIGTERM, give the same command again, and compare with runs that were left alone.

    OPENBLAS_NUM_THREADS=1 python tests/kill_runs.py FOLDER 48

FOLDER, which must be empty, becomes a project with synthetic images; 48 runs are ended. Prints a row per trial, and exits with 1 if a
model or a history has other bits, or if MLflow has a record twice or not at all.
"""

import json
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
from numlp.tracking.store import connect

POINTS = 10
RUN = ["data=synthetic", "split=9k", "then=[]", "train.record.every=points", f"train.record.points={POINTS}"]  # 90 updates per epoch
CASES = {
    "nine layers": "model=mlp9",
    "everything": "optim=adamw schedule.eta_max=0.003 norm=after activation=gelu dropout=0.2 input_dropout=0.1 smoothing=0.1 mixup=0.5 "
    "clip_norm=1 average=0.99 moments=precise moments.images=2000 augment.flip=true augment.shift=3 augment.cutout=8 train.threads=1 "
    "train.health=true test_time_flip=true",
}
ENDS = {signal.SIGKILL: -9, signal.SIGINT: 130, signal.SIGTERM: 143}  # exit codes


def begin(folder, case, steps, out):
    command = [sys.executable, "-m", "numlp", "train", *RUN, *CASES[case].split(), f"train.epochs={steps / 90!r}", f"hydra.run.dir={out}"]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process, *codes):
    output, _ = process.communicate()
    assert process.returncode in codes, output
    return output


def digests(folder):
    return [sha256(folder / name) for name in ("model.npz", "history.csv")]


def try_case(folder, case, signals, steps):
    """End a run by each of the signals, and repeat its command; yield whether all bits were equal."""
    rng, reference, again = random.Random(case), folder / "outputs" / case, folder / "outputs" / f"{case} again"
    finish(begin(folder, case, steps, reference), 0)
    seconds = json.loads((reference / "timing.json").read_text())["train_seconds"]
    for number in signals:
        process = begin(folder, case, steps, again)
        printed = []
        while not printed or not re.search(r"step +0/", printed[-1]):  # the first record: from here on it trains
            printed.append(process.stdout.readline())
            assert printed[-1], "".join(printed)
        time.sleep(rng.uniform(0, 0.9 * seconds))
        process.send_signal(number)
        finish(process, ENDS[number], 0, -number)  # 0 where it was faster, the signal where Python was closing down
        output = finish(begin(folder, case, steps, again), 0)
        same = digests(again) == digests(reference)
        print(f"{case:12} {number.name:8} {'resumed' if 'resumes from step' in output else 'began again'}, same bits: {same}")
        yield same


def records_in_mlflow(folder):
    """The number of records of each finished run in MLflow, and of different ones."""
    client, experiment = connect(folder)
    for run in client.search_runs([experiment]):
        if run.info.status == "FINISHED":
            steps = [metric.step for metric in client.get_metric_history(run.info.run_id, "cost/val")]
            yield len(steps), len(set(steps))


def main(folder, kills, steps=2_000):
    """End `kills` runs, each signal and each case in turn; give the exit code."""
    shutil.copytree(ROOT / "conf", folder / "conf")
    shutil.copy(ROOT / "params.yaml", folder)
    subprocess.run([sys.executable, "-m", "numlp", "normalise", "data=synthetic", "split=9k"], cwd=folder, check=True)
    signals = dict(zip(CASES, [list(islice(cycle(ENDS), first, kills, 2)) for first in (0, 1)], strict=True))
    with ThreadPoolExecutor(2) as pool:
        results = [same for part in pool.map(lambda case: list(try_case(folder, case, signals[case], steps)), CASES) for same in part]
    records = set(records_in_mlflow(folder))
    print(f"{sum(results)} of {kills} with the same bits; records in MLflow, and different ones: {records}")
    return int(not all(results) or records != {(POINTS + 1, POINTS + 1)})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), int(sys.argv[2])))
