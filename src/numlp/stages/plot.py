"""`numlp plot`: the figures of a run, from its files alone."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from numlp import paths
from numlp.config import Config
from numlp.config.naming import caption
from numlp.data.dataset import DatasetInfo
from numlp.display.confusion import draw_confusion
from numlp.display.curves import draw_curves
from numlp.display.health_strips import Watched, draw_health
from numlp.display.images import draw_confident_errors, draw_first_layer
from numlp.display.style import save
from numlp.files import read_rows
from numlp.inference.model_file import load_model
from numlp.tracking.run import log_stages
from numlp.training.history import LayerHealth, Record


def run(config: Config, out: Path) -> None:
    """Draw the pipeline's figures, and add them and the evaluation to the model's MLflow run."""
    figures = draw(paths.TRAIN, paths.EVALUATE, out)
    log_stages(Path.cwd(), [paths.EVALUATE, out], paths.TRAIN / paths.MODEL)
    print(f"plot: wrote {', '.join(figure.name for figure in figures)} to {out}")


def draw(train: Path, evaluated: Path, out: Path) -> list[Path]:
    """Draw what the files in `train` and `evaluated` show, and return the figures' paths.

    The figures of the evaluation are left out when there is none.
    """
    model = load_model(train / paths.MODEL)
    title = f"{model.dataset.name}\n{caption(model.choices)}"
    figures = {
        "curves": draw_curves(read_rows(train / paths.HISTORY, Record), title, model.dataset.classes),
        "first_layer": draw_first_layer(model.network.params["linear1.W"], model.dataset.shape, title),
    }
    if (evaluated / paths.MISTAKES).exists():
        figures |= _evaluation(evaluated, model.dataset, title)
    for name, figure in figures.items():
        save(figure, out / f"{name}.png")
    return [out / f"{name}.png" for name in figures]


def draw_run(folder: Path, title: str, classes: int) -> None:
    """Draw the figures of a run in its own folder: those of `draw` when it has a model, and its layer diagnostics when it has some."""
    if (folder / paths.MODEL).exists():
        draw(folder, folder, folder / "plots")
    figure, health = folder / "plots" / paths.HEALTH_FIGURE, read_rows(folder / paths.HEALTH, LayerHealth)
    figure.unlink(missing_ok=True)  # of an earlier run in this folder
    if health:
        save(draw_health([Watched("", read_rows(folder / paths.HISTORY, Record), health)], title, classes), figure)


def _evaluation(evaluated: Path, dataset: DatasetInfo, title: str) -> dict[str, Any]:
    names = list(dataset.class_names)
    with (evaluated / paths.CONFUSION).open(newline="") as file:
        counts = np.array([row[1:] for row in list(csv.reader(file))[1:]], np.int64)
    with np.load(evaluated / paths.MISTAKES, allow_pickle=False) as wrong:
        true, predicted = ([names[i] for i in wrong[key]] for key in ("labels", "predicted"))
        errors = draw_confident_errors(wrong["images"], dataset.shape, true, predicted, wrong["probability"], title)
    return {"confusion": draw_confusion(counts, names, title), "mistakes": errors}
