"""`numlp plot`: the figures of a run, from its files alone."""

import csv
from pathlib import Path

import numpy as np

from numlp import paths
from numlp.config import Config
from numlp.config.naming import caption
from numlp.display.confusion import draw_confusion
from numlp.display.curves import draw_curves
from numlp.display.health_strips import Watched, draw_health
from numlp.display.images import draw_first_layer, draw_mistakes
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
    """Draw the figures of the files in `train` and, if there was an evaluation, in `evaluated`; return their paths."""
    model = load_model(train / paths.MODEL)
    title = f"{model.dataset.name}\n{caption(model.choices)}"
    figures = {
        "curves": draw_curves(read_rows(train / paths.HISTORY, Record), title, model.dataset.classes),
        "first_layer": draw_first_layer(model.network.params["linear1.W"], model.dataset.shape, title),
    }
    if (evaluated / paths.MISTAKES).exists():
        names = list(model.dataset.class_names)
        with (evaluated / paths.CONFUSION).open(newline="") as file:
            counts = np.array([row[1:] for row in list(csv.reader(file))[1:]], np.int64)
        with np.load(evaluated / paths.MISTAKES, allow_pickle=False) as wrong:
            true, predicted = ([names[i] for i in wrong[key]] for key in ("labels", "predicted"))
            mistakes = draw_mistakes(wrong["images"], model.dataset.shape, true, predicted, wrong["probability"], title)
        figures |= {"confusion": draw_confusion(counts, names, title), "mistakes": mistakes}
    for name, figure in figures.items():
        save(figure, out / f"{name}.png")
    return [out / f"{name}.png" for name in figures]


def draw_run(folder: Path, title: str, classes: int) -> None:
    """Draw the figures of a run in its own folder: those of `draw` if it has a model, and its layer diagnostics if it has some."""
    if (folder / paths.MODEL).exists():
        draw(folder, folder, folder / "plots")
    figure, health = folder / "plots" / paths.HEALTH_FIGURE, read_rows(folder / paths.HEALTH, LayerHealth)
    figure.unlink(missing_ok=True)  # of an earlier run in this folder
    if health:
        save(draw_health([Watched("", read_rows(folder / paths.HISTORY, Record), health)], title, classes), figure)
