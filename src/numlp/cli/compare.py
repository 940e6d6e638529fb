"""`numlp compare RUN RUN ...`: compare two to eight trained runs on the same test images."""

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from numlp import paths
from numlp.analysis.paired_test import PairedTest
from numlp.display.comparison_table import Compared, tabulate_many, tabulate_two
from numlp.display.text import table_console
from numlp.errors import require
from numlp.files import json_digest, read_rows, write_json
from numlp.runs.predictions import TestPredictions, predict_test_images
from numlp.runs.run_folder import FinishedRun, common_title, differing_choices, label_runs, load_runs
from numlp.training.history import Record

if TYPE_CHECKING:
    from numlp.display.figures import Curve, Disagreement

EXAMPLES = 20  # images shown of those that one run alone gets right
MOST = 8  # arguments, each of which has a color, also where it stands for several seeds
NAME = 80  # characters of a folder's name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the runs."""
    parser.add_argument("runs", nargs="+", metavar="RUN", help=f"directory of a run, or its id or name in MLflow; 2 to {MOST} runs")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison, the other runs against the first, and write it with its figures to a folder of build/compare."""
    require(len(arguments.runs) <= MOST, "numlp compare", f"2 to {MOST} runs", runs=len(arguments.runs))
    runs = load_runs(arguments.runs)
    names = [run.name for run in runs]
    require(2 <= len(runs) <= len(ascii_uppercase), "numlp compare", f"2 to {len(ascii_uppercase)} runs", runs=len(runs))
    for what in ("name", "folder"):  # a copy from a remote store has a folder of its own each time
        require(len({getattr(run, what) for run in runs}) == len(runs), "numlp compare", "different runs", runs=names)
    out = paths.BUILD / "compare" / _slug(names)
    if len(runs) == 2:
        _compare_two(runs, predict_test_images(runs), out)
    else:
        _compare_many(runs, predict_test_images(runs), out)
    return 0


def _compare_two(runs: Sequence[FinishedRun], answers: TestPredictions, out: Path) -> None:
    whole = answers.paired_test(1)
    classes = {name: answers.paired_test(1, answers.labels == index) for index, name in enumerate(answers.raw.info.class_names)}
    results = {"test": _as_json(whole), "classes": {name: _as_json(one) for name, one in classes.items()}}
    _write(runs, answers, results, out)
    _draw(runs, answers, whole, classes, out)

    table_console().print(tabulate_two(answers.names, differing_choices(runs), whole, classes, answers.raw.info.name))
    print(f"compare: wrote {paths.COMPARISON}, curves.png, classes.png, only_first.png, only_second.png to {out}")


def _compare_many(runs: Sequence[FinishedRun], answers: TestPredictions, out: Path) -> None:
    from numlp.display.figures import draw_overlaid_curves, save

    first = answers.paired_test(1).accuracies[0]
    against = [answers.paired_test(which) for which in range(1, len(runs))]
    rows = [Compared(*answers.validation(0), first, None)]
    rows += [Compared(*answers.validation(which), test.accuracies[1], test) for which, test in enumerate(against, start=1)]
    own = [{"val_accuracy": row.val, "val_images": row.images, "test_accuracy": row.test} for row in rows]
    _write(runs, answers, {"accuracies": own, "against_first": [_as_json(test) for test in against]}, out)
    save(draw_overlaid_curves(_group_curves(runs, answers.names), common_title(runs)), out / "curves.png")
    table_console().print(tabulate_many([run.name for run in runs], differing_choices(runs), rows, answers.raw.info.name))
    print(f"compare: wrote {paths.COMPARISON}, curves.png to {out}")


def _write(runs: Sequence[FinishedRun], answers: TestPredictions, results: Mapping[str, Any], out: Path) -> None:
    content = {"runs": [run.name for run in runs], "dataset": answers.raw.info.name, "choices": differing_choices(runs), **results}
    write_json(out / paths.COMPARISON, content, indent=2)


def _as_json(test: PairedTest) -> dict[str, Any]:
    return {**asdict(test), "n": test.n, "accuracies": test.accuracies, "difference": test.difference}


def _draw(runs: Sequence[FinishedRun], answers: TestPredictions, whole: PairedTest, classes: Mapping[str, PairedTest], out: Path) -> None:
    from numlp.display.figures import Curve, draw_class_accuracies, draw_disagreements, draw_overlaid_curves, save

    title = common_title(runs)
    save(
        draw_overlaid_curves([Curve(name, [_read_history(run)]) for name, run in zip(answers.names, runs, strict=True)], title),
        out / "curves.png",
    )
    save(draw_class_accuracies(classes, whole, answers.names, title), out / "classes.png")
    for name, which in (("only_first", 0), ("only_second", 1)):
        save(draw_disagreements(_choose_examples(answers, which), title), out / f"{name}.png")


def _choose_examples(answers: TestPredictions, which: int) -> "Disagreement":
    """Of the images that the model `which` alone gets right, those of whose true class it is the surest against the other."""
    from numlp.display.figures import Disagreement

    right, wrong = answers.probabilities[which], answers.probabilities[1 - which]
    rows = np.flatnonzero(answers.right(which) & ~answers.right(1 - which))
    true = answers.labels[rows]
    rows = rows[np.argsort(wrong[rows, true] - right[rows, true], kind="stable")[:EXAMPLES]]
    true, other, names = answers.labels[rows], wrong[rows].argmax(axis=1), answers.raw.info.class_names
    return Disagreement(
        images=answers.raw.images[answers.raw.info.train + rows],
        true=[names[i] for i in true],
        sure=right[rows, true],
        predicted=[names[i] for i in other],
        wrong=wrong[rows, other],
        names=(answers.names[which], answers.names[1 - which]),
    )


def _slug(names: Sequence[str]) -> str:
    """A folder's name: those of the runs, or as many characters of them as one can read, and a digest."""
    joined = "--".join(re.sub(r"[^\w.]+", "-", name).strip("-") for name in names)
    return joined if len(joined) <= NAME else f"{joined[:NAME]}-{json_digest({'runs': list(names)})[:8]}"


def _read_history(run: FinishedRun) -> list[Record]:
    return read_rows(run.folder / paths.HISTORY, Record)


def _group_curves(runs: Sequence[FinishedRun], names: Sequence[str]) -> "list[Curve]":
    """A curve per run, or one of all the runs that differ in the seed alone, named by the letters of `names`."""
    from numlp.display.figures import Curve

    groups: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(json.dumps({**run.choices, "seed": None}, sort_keys=True), []).append(place)
    if len(groups) == len(runs):
        return [Curve(name, [_read_history(run)]) for name, run in zip(names, runs, strict=True)]
    alike = [replace(runs[places[0]], choices={**runs[places[0]].choices, "seed": None}) for places in groups.values()]
    settings = label_runs(alike) if len(alike) > 1 else ["all seeds"]
    letters = [", ".join(names[place][0] for place in places) for places in groups.values()]
    captions = [f"{letter} ({label})" for letter, label in zip(letters, settings, strict=True)]
    return [Curve(label, [_read_history(runs[place]) for place in places]) for label, places in zip(captions, groups.values(), strict=True)]
