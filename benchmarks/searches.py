"""What searches find and cost, by the project's own commands (docs/search.md).

python -m benchmarks.searches coarse     the rounds of lambda_coarse_to_fine against a grid of 30 points, a pair of sweeps a seed
python -m benchmarks.searches prune      eta_lambda with pruning against the same without
python -m benchmarks.searches overhead   what a sweep takes beside its trainings
"""

import argparse
import csv
import json
import subprocess
import sys
from pathlib import Path
from statistics import fmean
from time import perf_counter

FOLDER = Path("build/searches")
COARSE = ["+search=lambda_coarse_to_fine", "init=xavier"]  # the network of R0
PRUNE = ["+search=eta_lambda", "split=9k", "optim=momentum", "model.hidden=[50,30]"]  # and of R4
GRID = "search.rounds=[{sampler:grid,trials:30}]"
SMALL = ["data=synthetic", "split=9k", "model=mlp2", "train.epochs=20", "then=[]"]
JOBS = 24


def sweep(name: str, *choices: str) -> tuple[list[dict[str, str]], float]:
    """Make a sweep; its table, and the seconds it took."""
    began = perf_counter()
    subprocess.run([sys.executable, "-m", "numlp", "train", "-m", *choices, f"hydra.sweep.dir={FOLDER / name}"], check=True)
    with (FOLDER / name / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file)), perf_counter() - began


def best(rows: list[dict[str, str]]) -> float:
    """The highest validation accuracy in per cent."""
    return max(100 * float(row["val_accuracy"]) for row in rows if row["state"] == "done")


def coarse(seeds: int) -> None:
    """The rounds against the grid, for each seed of the runs and draws."""
    differences = []
    for seed in range(seeds):
        rows, seconds = sweep(f"coarse-{seed}", *COARSE, f"seed={seed}", f"search.seed={seed}")
        grid, _ = sweep(f"grid-{seed}", *COARSE, f"seed={seed}", GRID)
        differences.append(best(rows) - best(grid))
        print(f"seed {seed}: rounds {best(rows):.2f} % in {seconds:.0f} s, grid {best(grid):.2f} %", flush=True)
    print(f"rounds - grid: mean {fmean(differences):+.2f} points over {seeds} seeds (need >= -0.3)")


def prune(seeds: int) -> None:
    """The same search with and without pruning."""
    for seed in range(seeds):
        with_it, _ = sweep(f"prune-{seed}", *PRUNE, f"search.seed={seed}")
        without, _ = sweep(f"whole-{seed}", *PRUNE, f"search.seed={seed}", "search.prune=false")
        share = sum(float(row["epochs"]) for row in with_it) / sum(float(row["epochs"]) for row in without)
        print(
            f"seed {seed}: {share:.0%} of the epochs (need <= 60 %), best {best(with_it):.2f} % against {best(without):.2f} %", flush=True
        )


def overhead(seeds: int) -> None:
    """Everything on (records, display, MLflow, pruning's reports, which stop nothing here), two jobs side by side."""
    subprocess.run([sys.executable, "-m", "numlp", "normalise", *SMALL], check=True)
    lams = ",".join(f"0.0{i:02}" for i in range(1, JOBS + 1))
    switches = ["search.prune=true", "search.startup=1000", "sweep.rerun=true", "hydra.launcher.n_jobs=2"]
    for turn in range(seeds):
        _, seconds = sweep(f"overhead-{turn}", *SMALL, *switches, f"lam={lams}")
        found = [json.loads(path.read_text())["outcome"]["seconds"] for path in (FOLDER / f"overhead-{turn}" / "status").glob("*.json")]
        beside = (seconds - sum(found) / 2) / len(found)
        print(f"{len(found)} jobs in {seconds:.1f} s, trainings {sum(found):.1f} s on 2 cores: {beside:.3f} s a job beside (need <= 0.35)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["coarse", "prune", "overhead"])
    parser.add_argument("--seeds", type=int, default=5, help="or turns, of overhead")
    asked = parser.parse_args()
    {"coarse": coarse, "prune": prune, "overhead": overhead}[asked.what](asked.seeds)
