"""`numlp compare RUN RUN ...`: compare two to eight trained runs on the same test images."""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from string import ascii_uppercase
from typing import Any

import numpy as np
from rich.console import Group
from rich.text import Text

from numlp import paths
from numlp.compare.class_plot import draw_class_accuracies
from numlp.compare.paired_test import PairedTest, compare_paired
from numlp.compare.runs import FinishedRun, common_title, differing_settings, label_runs, load_runs
from numlp.data.sources import find_raw
from numlp.display.curves import Curve, draw_overlaid_curves
from numlp.display.style import save
from numlp.display.text import plain_table, table_console
from numlp.errors import UserError, require
from numlp.files import json_digest, write_json

MOST = 8  # arguments, each of which has a color, also where it stands for several seeds
NAME = 80  # characters of a directory's name


@dataclass(frozen=True)
class Comparison:
    """Runs on the test images of their data set: comparison.json.

    Attributes:
        runs: The runs' names.
        dataset: The data set's name.
        choices: Each run's value of the settings that differ.
        accuracies: Per run, the accuracy on the `val_images` validation images of its own split, and on all test images.
        against_first: The test of each further run against the first on all test images.
        classes: The same tests on the test images of each class that has any.
    """

    runs: Sequence[str]
    dataset: str
    choices: Mapping[str, Sequence[Any]]
    accuracies: Sequence[Mapping[str, float]]
    against_first: Sequence[PairedTest]
    classes: Mapping[str, Sequence[PairedTest]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the runs."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help=f"directory of a run, or its id or name in MLflow; 2 to {MOST} runs")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison, the other runs against the first, and write it with its figures to a directory of build/compare."""
    require(len(arguments.runs) <= MOST, "numlp compare", f"2 to {MOST} runs", runs=len(arguments.runs))
    runs = load_runs(arguments.runs)
    names = [run.name for run in runs]
    require(2 <= len(runs) <= len(ascii_uppercase), "numlp compare", f"2 to {len(ascii_uppercase)} runs", runs=len(runs))
    for key in ("name", "folder"):  # a copy from a remote store has a folder of its own each time
        require(len({getattr(run, key) for run in runs}) == len(runs), "numlp compare", "different runs", runs=names)
    comparison, title, out = compare_runs(runs), common_title(runs), paths.BUILD / "compare" / _slug(names)
    labels = [f"{letter} ({label})" for letter, label in zip(ascii_uppercase, label_runs(runs), strict=False)]
    write_json(out / paths.COMPARISON, asdict(comparison), indent=2)
    save(draw_overlaid_curves(_curves(runs), title, runs[0].classes), out / "curves.png")
    save(draw_class_accuracies(comparison.classes, comparison.against_first, labels, title), out / "classes.png")
    table_console().print(tabulate(comparison))
    print(f"compare: wrote {paths.COMPARISON}, curves.png, classes.png to {out}")
    return 0


def compare_runs(runs: Sequence[FinishedRun]) -> Comparison:
    """Let the runs' networks classify the test images, and the validation images of their own splits.

    Raises:
        UserError: A run has no network, the data sets differ, or their images are not there.
    """
    models = [run.model for run in runs if run.model is not None]
    if lost := [run.name for run in runs if run.model is None]:
        raise UserError(f"{lost[0]}: the run diverged and has no {paths.MODEL}")
    info = models[0].dataset
    alike = len({model.dataset.digest for model in models}) == 1
    require(alike, "numlp compare", "runs on the same data set", datasets=[model.dataset.name for model in models])
    raw = find_raw(info)
    labels = raw.labels[info.train :]
    correct = [model.probabilities(raw.images[info.train :]).argmax(axis=1) == labels for model in models]
    accuracies = []
    for model, right in zip(models, correct, strict=True):
        start, stop = model.choices["split"]["val"]
        val = model.probabilities(raw.images[start:stop]).argmax(axis=1) == raw.labels[start:stop]
        accuracies.append({"val_accuracy": float(val.mean()), "val_images": stop - start, "test_accuracy": float(right.mean())})
    masks = {name: labels == index for index, name in enumerate(info.class_names)}
    classes = {
        name: [compare_paired(correct[0][mask], other[mask]) for other in correct[1:]] for name, mask in masks.items() if np.any(mask)
    }
    whole = [compare_paired(correct[0], other) for other in correct[1:]]
    choices = differing_settings([run.choices for run in runs])
    return Comparison([run.name for run in runs], info.name, choices, accuracies, whole, classes)


def tabulate(comparison: Comparison) -> Group:
    """Lay out a column per run: the settings that differ, the accuracies, the differences from the first run, and the classes."""
    letters, tests, own = ascii_uppercase[: len(comparison.runs)], comparison.against_first, comparison.accuracies
    table = plain_table("", *letters)
    for column in table.columns[1:]:
        column.justify, column.overflow = "right", "fold"
    for key, values in comparison.choices.items():
        table.add_row(Text(key), *(Text(_plain(value)) for value in values))  # Texts: brackets in a value are no markup
    table.add_section()
    table.add_row("validation %", *(f"{100 * row['val_accuracy']:.2f}" for row in own))
    table.add_row("  of n images", *(f"{row['val_images']:,}" for row in own))
    table.add_row("test %", *(f"{100 * row['test_accuracy']:.2f}" for row in own), style="bold")
    for name, key in (("minus A", "difference"), ("from", "low"), ("to", "high")):
        table.add_row(f"  {name}", "", *(f"{100 * getattr(test, key):+.2f}" for test in tests))
    table.add_row("  p", "", *(f"{test.p:.2g}" for test in tests))
    table.add_section()
    for name, of_class in comparison.classes.items():
        cells = [f"{_mark(test)}{100 * test.accuracies[1]:.2f}" for test in of_class]
        table.add_row(Text(f"{name} %"), f"{100 * of_class[0].accuracies[0]:.2f}", *cells)
    several = f", without a correction for {len(tests)} comparisons" if len(tests) > 1 else ""
    note = (
        f"The test accuracies are on the same {tests[0].n:,} images. The differences are in percentage points, with the 95 % interval of a "
        f"paired bootstrap; p is from McNemar's exact test{several}. Before a class's accuracy, + or - says that the interval of its "
        "difference from A lies above or below 0. None of this says anything about other seeds."
    )
    names = (Text(f"{letter}  {name}") for letter, name in zip(letters, comparison.runs, strict=True))
    return Group(Text(comparison.dataset, style="bold"), *names, table, Text(note))


def _curves(runs: Sequence[FinishedRun]) -> list[Curve]:
    """A curve per run, or one of all the runs that differ in the seed alone."""
    groups: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(json.dumps({**run.choices, "seed": None}, sort_keys=True), []).append(place)
    firsts, seed = [runs[places[0]] for places in groups.values()], ["seed"] if len(groups) < len(runs) else []
    labels = label_runs(firsts, without=seed) if len(firsts) > 1 else ["all seeds"]
    letters = [", ".join(ascii_uppercase[place] for place in places) for places in groups.values()]
    return [
        Curve(f"{letter} ({label})", [runs[place].history() for place in places])
        for letter, label, places in zip(letters, labels, groups.values(), strict=True)
    ]


def _slug(names: Sequence[str]) -> str:
    """A directory's name: the runs' names, or as many of their characters as one can read, and a digest."""
    joined = "--".join(re.sub(r"[^\w.]+", "-", name).strip("-") for name in names)
    return joined if len(joined) <= NAME else f"{joined[:NAME]}-{json_digest({'runs': list(names)})[:8]}"


def _mark(test: PairedTest) -> str:
    return "+ " if test.low > 0 else "- " if test.high < 0 else ""


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace(", ", ",")
