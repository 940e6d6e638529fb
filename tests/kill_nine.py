"""Kill processes by kill -9 at random times while they train, let the same command go on, and compare with runs that were not killed.

    python tests/kill_nine.py --kills 100 --folder FOLDER

FOLDER becomes a project with synthetic images; a second call with the same folder goes on and adds to the tally.
Prints a row for each network and optimizer: how often it was killed, how often a checkpoint was there to go on from, and how
often model and history were the same as those of the run that was not killed.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from numlp.data.dataset import save_raw
from numlp.data.synthetic import synthesize
from numlp.files import sha256

ROOT = Path(__file__).resolve().parents[1]
STEPS = 2_000
CASES = [(model, optim) for model in ("mlp2", "mlp3", "mlp9") for optim in ("sgd", "momentum", "adam")]
SLOW = ["schedule.eta_max=0.003"]
SETTINGS = {  # of a case's second part, beside RUN
    "sgd": [],
    "momentum": ["optim=momentum"],
    "adam": ["optim=adam", *SLOW],
    "everything": [
        *("optim=adamw", *SLOW, "activation=gelu", "dropout=0.2", "input_dropout=0.1", "smoothing=0.1", "mixup=0.5", "clip_norm=1"),
        *("average=0.99", "moments=precise", "moments.images=2000", "augment.flip=true", "augment.shift=3", "augment.cutout=8"),
        *("train.threads=1", "train.health=true", "test_time_flip=true"),
    ],
}
CASES.append(("mlp3", "everything"))
RECORDS = ["train.record.every=points", "train.record.points=10"]
RUN = ["data=synthetic", "split=9k", f"train.epochs={STEPS / 90!r}", "then=[]", *RECORDS]  # 90 updates an epoch
FILES, TALLY = ("model.npz", "history.csv"), "tally.jsonl"


def prepare(folder):
    """The project, its arrays made beforehand."""
    if (folder / "params.yaml").exists():
        return
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local.yaml"))
    shutil.copy(ROOT / "params.yaml", folder)
    save_raw(synthesize(0), folder / "build" / "download")
    subprocess.run([sys.executable, "-m", "numlp", "normalise", "data=synthetic", "split=9k"], cwd=folder, check=True)


def start(folder, model, optim, out):
    choices = [*RUN, f"model={model}", *SETTINGS[optim], f"hydra.run.dir={out}"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "numlp", "train", *choices]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def finish(process):
    output, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit(output)
    return output


def digests(folder):
    return {name: sha256(folder / name) for name in FILES}


def trial(folder, case, rng):
    """One killed run, to its end; what became of it."""
    model, optim = case
    whole, again = folder / "outputs" / f"{model}-{optim}", f"outputs/{model}-{optim}-again"
    if not (whole / "model.npz").exists():
        finish(start(folder, model, optim, whole))
    shutil.rmtree(folder / again, ignore_errors=True)
    process = start(folder, model, optim, again)
    while "step    0/" not in process.stdout.readline():  # the first record: from here on it trains
        assert process.poll() is None
    time.sleep(rng.uniform(0, json.loads((whole / "timing.json").read_text())["train_seconds"]))
    process.kill()
    process.communicate()
    if process.returncode != -9:
        return None  # it had ended
    output = finish(start(folder, model, optim, again))
    same = digests(folder / again) == digests(whole)
    return {"case": f"{model} {optim}", "resumed": "resumes from step" in output, "same": same}


def run(folder, case, kills, seed):
    """Kill so many runs of `case`; each result is kept at once, in a line of the tally."""
    rng, killed = random.Random(f"{seed} {case}"), 0
    while killed < kills:
        result = trial(folder, case, rng)
        if result is not None:
            killed += 1
            with (folder / TALLY).open("a") as file:
                file.write(json.dumps(result) + "\n")


def results(folder):
    return [json.loads(line) for line in (folder / TALLY).read_text().splitlines()] if (folder / TALLY).exists() else []


def tally(found):
    for model, optim in CASES:
        mine = [result for result in found if result["case"] == f"{model} {optim}"]
        if not mine:
            continue
        resumed, same = (sum(result[key] for result in mine) for key in ("resumed", "same"))
        print(f"{model} {optim:10} killed {len(mine):3}  went on from a checkpoint {resumed:3}  the same bits {same:3}")
    print(f"{sum(result['same'] for result in found)} of {len(found)} ended with the model and the history of the run not killed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100, help="in this call")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--only", choices=SETTINGS, help="cases with these settings")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    prepare(folder)
    before = len(results(folder))
    wanted = [case for case in CASES if asked.only in (None, case[1])]
    cases = [wanted[(before + i) % len(wanted)] for i in range(len(wanted))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda i: run(folder, cases[i], len(range(i, asked.kills, len(wanted))), before), range(len(wanted))))
    found = results(folder)
    tally(found)
    return int(not all(result["same"] for result in found))


if __name__ == "__main__":
    sys.exit(main())
