"""The reference pages say what the code says."""

import re

import pytest

from budget import ROOT
from docs.configuration import find_keys, make_tables, read_words
from numlp.config.compose import all_keys
from numlp.tracking.store import connect

FORMATS_PAGE = (ROOT / "docs/formats.md").read_text()
SMALL = ["train", "data=synthetic", "split=first100", "model=mlp2", "train.batch_size=50", "train.epochs=2"]
NOT_OF_TRAIN = {"train_seconds", "system/<name>", "experiment", "fault"}  # of the reproduction, and of MLflow's sampling


def test_page_of_keys_has_a_row_for_each_and_words_for_no_other():
    page = make_tables()
    assert set(read_words()) <= set(find_keys())
    missing = [key for key in all_keys() if "_target_" not in key and not re.search(rf"^\| `{re.escape(key)}[`.]", page, re.MULTILINE)]
    assert missing == []


def read_names(heading):
    """The names in the first column of the table below a heading, as patterns."""
    table = FORMATS_PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    names = [name for cell in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([^`]+)`", cell)]
    return {name: re.compile(re.sub(r"<\w+>", r"[\\w.]+", name)) for name in names}


def compare_names(root):
    """The logged metrics and tags that the page does not have, and the names on the page that were not logged."""
    client, experiment = connect(root)
    runs, new, unused = client.search_runs([experiment]), set(), set()
    for heading, kind in (("MLflow metrics", "metrics"), ("MLflow tags", "tags")):
        logged = {name for run in runs for name in getattr(run.data, kind)}
        patterns = read_names(heading)
        new |= {name for name in logged if not any(pattern.fullmatch(name) for pattern in patterns.values())}
        unused |= {name for name, pattern in patterns.items() if not any(map(pattern.fullmatch, logged))}
    return new, unused


@pytest.mark.slow
def test_every_metric_and_tag_of_sweeps_has_words_and_each_name_with_words_is_logged(ready, numlp):
    sweep, pruned = ["-m", "hydra/launcher=basic"], ["hydra.sweeper.prune=true", "hydra.sweeper.startup=2", "hydra.sweeper.warmup=1"]
    runs = [
        ["train.health=true", "test_time_flip=true"],
        [*sweep, "lam=0.1", "moments.alpha=0.5,0.9"],
        [*sweep, "lam=0.1,0.3", "moments.alpha=0.5", "seed=0,1"],  # the first is cached
        [*sweep, "lam=0.001,0.002,0.9", *pruned, "train.epochs=4"],
        [*sweep, "lam=0.001,0.002", "train.diverged.cost=0.001", "train.diverged.records=1"],
    ]
    assert [numlp(*SMALL, *words)[0] for words in runs] == [0, 0, 0, 0, 1]
    assert compare_names(ready) == (set(), NOT_OF_TRAIN)
