"""`numlp compare RUN RUN ...`: compare two to eight trained runs on the same test images."""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from string import ascii_uppercase
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Group
from rich.text import Text

from numlp import paths
from numlp.compare.class_plot import MOST_CLASSES, draw_class_accuracies, largest_differences
from numlp.compare.paired_test import PairedTest, compare_paired
from numlp.compare.runs import FinishedRun, common_title, differing_settings, label_runs, load_runs
from numlp.data.normalise import split_ranges
from numlp.data.sources import find_raw
from numlp.display.curves import draw_overlaid_curves
from numlp.display.style import save
from numlp.display.terminal import plain_table, table_console
from numlp.errors import require
from numlp.files import json_digest, write_json
from numlp.training.history import Record

MOST = 8  # arguments, each of which has a color, also where it stands for several seeds
NAME = 80  # characters of a directory's name


@dataclass(frozen=True)
class Comparison:
    """Runs on the test images of their data set: comparison.json."""

    runs: Sequence[str]  # the runs' names
    dataset: str  # the data set's name
    choices: Mapping[str, Sequence[Any]]  # each run's value of the settings that differ
    accuracies: Sequence[Mapping[str, float]]  # per run, on the `val_images` validation images of its own split, and on all test images
    against_first: Sequence[PairedTest]  # the test of each further run against the first, on all test images
    classes: Mapping[str, Sequence[PairedTest]]  # the same tests on the test images of each class that has any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help=f"directory of a run, or its id or name in MLflow; 2 to {MOST} runs")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison, the other runs against the first, and write it with its figures to a directory of build/compare."""
    require(len(arguments.runs) <= MOST, "numlp compare", f"2 to {MOST} runs", runs=len(arguments.runs))
    runs = load_runs(arguments.runs)
    names = [run.name for run in runs]
    require(2 <= len(runs) <= len(ascii_uppercase), "numlp compare", f"2 to {len(ascii_uppercase)} runs", runs=len(runs))
    different = min(len(set(names)), len({run.folder for run in runs})) == len(runs)  # a copy from a remote store has a folder each time
    require(different, "numlp compare", "different runs", runs=names)
    comparison, title, out = compare_runs(runs), common_title(runs), paths.BUILD / "compare" / _slug(names)
    labels = [f"{letter} ({label})" for letter, label in zip(ascii_uppercase, label_runs(runs), strict=False)]
    write_json(out / paths.COMPARISON, asdict(comparison), indent=2)
    save(draw_overlaid_curves(_histories(runs), title, runs[0].classes), out / "curves.png")
    save(draw_class_accuracies(comparison.classes, comparison.against_first, labels, title), out / "classes.png")
    table_console().print(tabulate(comparison))
    print(f"compare: wrote {paths.COMPARISON}, curves.png, classes.png to {out}")
    return 0


def compare_runs(runs: Sequence[FinishedRun]) -> Comparison:
    """Let the runs' networks, on one data set, classify the test images, and the validation images of their own splits."""
    models = [run.model for run in runs if run.model is not None]
    lost = [run.name for run in runs if run.model is None]
    require(not lost, "numlp compare", f"runs with a {paths.MODEL}; these diverged", runs=lost)
    info, names = models[0].dataset, [f"{model.dataset.name} {model.dataset.digest[:8]}" for model in models]
    same = len({model.dataset.digest for model in models}) == 1
    require(same, "numlp compare", "runs on one data set, by the digest of its content", datasets=names)
    raw = find_raw(info)
    labels, correct, accuracies = raw.labels[info.train :], [], []
    for model in models:
        start, stop = split_ranges(**model.choices["split"], images=info.train)["val"]
        val = model.probabilities(raw.images[start:stop]).argmax(axis=1) == raw.labels[start:stop]
        correct.append(model.probabilities(raw.images[info.train :]).argmax(axis=1) == labels)
        accuracies.append({"val_accuracy": float(val.mean()), "val_images": stop - start, "test_accuracy": float(correct[-1].mean())})

    def against_first(mask: NDArray[np.bool_]) -> list[PairedTest]:
        return [compare_paired(correct[0][mask], other[mask]) for other in correct[1:]]

    classes = {name: against_first(labels == i) for i, name in enumerate(info.class_names) if np.any(labels == i)}
    every = against_first(np.ones(len(labels), np.bool_))
    return Comparison([run.name for run in runs], info.name, differing_settings(runs), accuracies, every, classes)


def tabulate(comparison: Comparison) -> Group:
    """Lay out a column per run: the settings that differ, the accuracies, the differences from the first run, and the classes."""
    letters, tests, accuracies = ascii_uppercase[: len(comparison.runs)], comparison.against_first, comparison.accuracies
    table = plain_table("", *letters)
    for column in table.columns[1:]:
        column.justify, column.overflow = "right", "fold"
    for key, values in comparison.choices.items():
        table.add_row(Text(key), *(Text(_plain(value)) for value in values))  # Texts: brackets in a value are no markup
    table.add_section()
    table.add_row("validation %", *(f"{100 * row['val_accuracy']:.2f}" for row in accuracies))
    table.add_row("  of n images", *(f"{row['val_images']:,}" for row in accuracies))
    table.add_row("test %", *(f"{100 * row['test_accuracy']:.2f}" for row in accuracies), style="bold")
    for name, key in (("minus A", "difference"), ("from", "low"), ("to", "high")):
        table.add_row(f"  {name}", "", *(f"{100 * getattr(test, key):+.2f}" for test in tests))
    table.add_row("  p", "", *(f"{test.p:.2g}" for test in tests))
    table.add_section()
    for name, of_class in largest_differences(comparison.classes).items():
        cells = [f"{'' if test.low <= 0 <= test.high else '* '}{100 * test.accuracies[1]:.2f}" for test in of_class]
        table.add_row(Text(f"{name} %"), f"{100 * of_class[0].accuracies[0]:.2f}", *cells)
    if len(comparison.classes) > MOST_CLASSES:
        table.add_row(Text(f"(the {MOST_CLASSES} of {len(comparison.classes)} classes that differ most)"))
    several = f", without a correction for {len(tests)} comparisons" if len(tests) > 1 else ""
    note = (
        f"The test accuracies are on the same {tests[0].n:,} images. The differences are in percentage points, with the 95 % interval of a "
        f"paired bootstrap; p is from McNemar's exact test{several}. Of a class, * says that the interval of the "
        "difference from A does not contain 0. None of this says anything about other seeds."
    )
    names = (Text(f"{letter}  {name}") for letter, name in zip(letters, comparison.runs, strict=True))
    return Group(Text(comparison.dataset, style="bold"), *names, table, Text(note))


def _histories(runs: Sequence[FinishedRun]) -> dict[str, list[list[Record]]]:
    """The records by label: of a run, or of all the runs that differ in the seed alone."""
    groups: dict[str, list[int]] = {}
    seedless = [replace(run, choices=run.choices | {"seed": None}) for run in runs]
    for place, run in enumerate(seedless):
        groups.setdefault(json.dumps(run.choices, sort_keys=True), []).append(place)
    labels = label_runs([seedless[places[0]] for places in groups.values()]) if len(groups) > 1 else ["all seeds"]
    return {
        f"{', '.join(ascii_uppercase[place] for place in places)} ({label})": [runs[place].history() for place in places]
        for label, places in zip(labels, groups.values(), strict=True)
    }


def _slug(names: Sequence[str]) -> str:
    """A directory's name: the runs' names, or as many of their characters as one can read, and a digest."""
    joined = "--".join(re.sub(r"[^\w.]+", "-", name).strip("-") for name in names)
    return joined if len(joined) <= NAME else f"{joined[:NAME]}-{json_digest({'runs': list(names)})[:8]}"


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value).replace(", ", ",")
