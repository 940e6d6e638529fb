"""`numlp plot`: the figures of a run, from its files alone."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from numlp.config import Config
from numlp.files import sha256
from numlp.history import Record
from numlp.model_file import load_model
from numlp.rows import read_rows
from numlp.stages import paths
from numlp.stages.asked import Asked
from numlp.tracking import find_run, reopen


def run(config: Config, out: Path, asked: Asked) -> None:
    """Draw the pipeline's figures, and add them to the model's MLflow run."""
    figures = draw(paths.TRAIN, paths.EVALUATE, out)
    run_id = find_run(Path.cwd(), sha256(paths.TRAIN / paths.MODEL))
    if run_id is not None:
        with reopen(Path.cwd(), run_id, out) as tracked:
            tracked.log_artifacts(figures, "plots")
    print(f"plot: {', '.join(figure.name for figure in figures)} in {out}")


def draw(train: Path, evaluated: Path, out: Path) -> list[Path]:
    """Draw what the files in `train` and `evaluated` show, and return the figures' paths.

    The figures of the evaluation are left out when there is none.
    """
    from numlp.report.figures import curves, first_layer, save

    model = load_model(train / paths.MODEL)
    title = f"{model.choices['dataset']['name']}\n{caption(model.choices)}"
    made = {
        "curves": curves(read_rows(train / paths.HISTORY, Record), title),
        "first_layer": first_layer(model.network.params["linear1.W"], title),
    }
    if (evaluated / paths.MISTAKES).exists():
        made |= _evaluation(evaluated, model.choices["dataset"]["class_names"], title)
    for name, figure in made.items():
        save(figure, out / f"{name}.png")
    return [out / f"{name}.png" for name in made]


def _evaluation(evaluated: Path, names: list[str], title: str) -> dict[str, Any]:
    from numlp.report.figures import confident_errors, confusion

    with (evaluated / paths.CONFUSION).open(newline="") as file:
        counts = np.array([[int(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]])
    with np.load(evaluated / paths.MISTAKES, allow_pickle=False) as wrong:
        true, predicted = ([names[i] for i in wrong[key]] for key in ("labels", "predicted"))
        errors = confident_errors(wrong["images"], true, predicted, wrong["probability"], title)
    return {"confusion": confusion(counts, names, title), "mistakes": errors}


def caption(choices: Mapping[str, Any]) -> str:
    """A model's choices in a line, for a title: architecture, batch norm, initialisation, optimiser, schedule, length, lambda, seed."""
    hidden = "-".join(map(str, choices["model"]["hidden"]))
    norm = {"none": "no batch norm", "before": "batch norm", "after": "batch norm after ReLU"}[choices["norm"]["placement"]]
    moments = "" if choices["moments"]["name"] == "ema" or norm == "no batch norm" else f" ({choices['moments']['name']} moments)"
    init = choices["init"]["name"] + (f" {choices['init']['sigma']:g}" if choices["init"]["sigma"] is not None else "")
    epochs, cycles = choices["train"]["epochs"], choices["train"]["cycles"]
    length = f"{cycles:g} cycles" if epochs is None else f"{epochs:g} epochs"
    schedule = f"{choices['schedule']['name']} rate, {length}"
    return ", ".join(
        [
            f"hidden {hidden}",
            norm + moments,
            init,
            choices["optim"]["name"],
            schedule,
            f"lambda {choices['lam']:g}",
            f"seed {choices['seed']}",
        ]
    )


def common_caption(runs: Sequence[Mapping[str, Any]]) -> str:
    """The parts of the captions that all of `runs`, which are choices of models, share."""
    parts = [caption(choices).split(", ") for choices in runs]
    return ", ".join(part for part in parts[0] if all(part in other for other in parts))
