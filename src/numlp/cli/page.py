"""`numlp page`: write a run as one HTML file."""

import argparse
import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from numlp import __version__, paths
from numlp.config.naming import caption, flatten
from numlp.data.splits import SPLITS
from numlp.display.html_page import build_figure, build_page, build_section, build_table
from numlp.files import sha256, write_text
from numlp.inference.model_file import load_model
from numlp.paths import from_user
from numlp.runs.run_folder import load_run
from numlp.stages.plot import draw

SAID = {  # of each figure, to those who cannot see it
    "curves": "cost, loss, accuracy and learning rate over the update steps",
    "confusion": "counts of test images by true and predicted class",
    "first_layer": "the weights of the first layer as images",
    "mistakes": "the test images that are wrong with the highest probability",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the run and --output."""
    parser.add_argument(
        "run", nargs="?", metavar="RUN", help="directory of a run, or its id or name in MLflow (default: the pipeline's run)"
    )
    parser.add_argument("--output", type=from_user, default=paths.BUILD / "page.html", help="the HTML file to write (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Write the page.

    Raises:
        UserError: There is no such run, or it has no model.
    """
    if arguments.run is None:
        train, evaluated = paths.TRAIN, paths.EVALUATE
    else:
        train = evaluated = load_run(arguments.run).file(paths.MODEL, "a run that diverged has none").parent
    write_text(arguments.output, _page(train, evaluated))
    print(f"page: wrote {arguments.output}")
    return 0


def _page(train: Path, evaluated: Path) -> str:
    model = train / paths.MODEL
    loaded = load_model(model)
    parts = [build_section(heading, content) for heading, content in _results(evaluated)]
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(train, evaluated, Path(folder))
        parts.append(build_section("Figures", "\n".join(build_figure(path, SAID[path.stem]) for path in drawn)))
    settings = [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in flatten(loaded.choices).items()]
    parts.append(build_section("Settings", build_table(["setting", "value"], settings, numbers=False)))
    origin = f"numlp {__version__}. SHA-256 checksum of the model: {sha256(model)}; of the data set: {loaded.dataset.digest}."
    return build_page(f"Training run on {loaded.dataset.name}", caption(loaded.choices), parts, origin)


def _results(evaluated: Path) -> Iterator[tuple[str, str]]:
    """The tables of the evaluation, where there is one."""
    if (evaluated / paths.METRICS).exists():
        metrics = json.loads((evaluated / paths.METRICS).read_text())
        rows = [(name, f"{100 * metrics[f'{key}_accuracy']:.2f}", f"{metrics[f'{key}_cost']:.4f}") for key, name in SPLITS.items()]
        yield "Results", build_table(["images", "accuracy (%)", "cost (nats)"], rows)
    if (evaluated / paths.CLASSES).exists():
        with (evaluated / paths.CLASSES).open(newline="") as file:
            classes = [(row["class"], f"{100 * float(row['accuracy']):.2f}") for row in csv.DictReader(file)]
        yield "Per-class accuracy on the test images", build_table(["class", "accuracy (%)"], classes)
