"""The files of conf/experiment, the runs of each, and the draws of the searches."""

import math

import pytest

from budget import ROOT
from numlp.errors import UserError
from projects import SMALL
from reproduction.experiments import Experiments
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.product import train_and_measure
from reproduction.runner import Work
from reproduction.scoreboard import read_published
from reproduction.settings import RERUNS, Params, read_params, read_reruns
from sweeps import PIXELS

PUBLISHED = read_published(ROOT / "reproduction" / "published.csv")
REPEATED = """
x07: {source: R0, question: "Twice?", fault: stale_backward, runs: {e24: [single]}}
x08: {source: R0, question: "Another lambda?", overrides: [lam=0.01], runs: {e24: [single]}}
"""


def test_experiments_have_the_published_runs_each_once():
    experiments = Experiments(ROOT)
    assert [name for name in experiments.names if name[0] == "e"] == [f"e{n:02d}" for n in range(1, 34)]
    for name in experiments.names:
        keys = [job.key for job in experiments.jobs(name)]
        assert len(set(keys)) == len(keys) > 0
        assert {row.run for row in PUBLISHED if row.experiment == name} <= set(keys)
    for name, again in read_reruns(ROOT / RERUNS).items():
        for base, keys in again.runs.items():
            assert set(keys) <= {job.key for job in experiments.jobs(base)}, name


@pytest.mark.slow
def test_last_run_of_each_experiment_trains(reproduction):
    """In one process: a tenth of a second for each."""
    names = Experiments(reproduction).names
    for name in names:
        pixels = "model.inputs=3072" if name in ("e25", "x16") else PIXELS  # which mirror whole images
        epochs = "train.epochs=0.04" if name == "x04" else "train.epochs=0.02"  # in batches of 200: two steps too
        experiments = Experiments(reproduction, [*SMALL, pixels, epochs])
        job = experiments.jobs(name)[-1]
        result = train_and_measure(experiments.config(job, 3), name, job.fault)
        assert 1 <= result.steps <= 2, name
        assert all(0 <= value <= 1 for value in (result.train_accuracy, result.val_accuracy, result.test_accuracy))
    assert len(names) == 57


def test_settings_are_those_of_the_report_whatever_params_yaml_chooses(reproduction):
    experiments = Experiments(reproduction)
    jobs = experiments.jobs("e02")
    off, on = before = [experiments.config(job, 0) for job in jobs]
    assert [job.key for job in jobs] == ["norm=none", "norm=before"]
    assert (off.norm.placement, on.norm.placement) == ("none", "before")
    assert on.model.hidden == [50, 30, 20, 20, 10, 10, 10, 10]
    assert (on.lam, on.train.cycles) == (0.005, 2)
    params, text = reproduction / "params.yaml", (reproduction / "params.yaml").read_text()
    for old, new in {"model: mlp3": "model: mlp9", "norm: before": "norm: after", "lam: 0.005": "lam: 1.0"}.items():
        assert old in text
        text = text.replace(old, new)
    params.write_text(text)
    experiments = Experiments(reproduction)
    assert [experiments.config(job, 0) for job in experiments.jobs("e02")] == before


def test_a_shared_training_is_one_run_and_our_own_draws_follow_each_other(reproduction):
    (reproduction / RERUNS).write_text(REPEATED)
    params = Params([0, 1, 2], [*SMALL, PIXELS], usual=3, at_most={2: ["x08"]}, kernels=["Haswell", "Sandybridge"])
    work = Work(params)
    counts = []
    for name in ("e08", "e17", "e24", "e31", "x07", "x08", "e07"):  # E08 and E17 are the same, E31 is a search, and E07 a third one
        before = len(work.missing())
        work.add(name)
        counts.append(len(work.missing()) - before)
    assert counts == [18, 0, 3, 3 + 25, 3, 2, 30 + 3]
    assert {name: len(keys) for name, keys in work.draws.items()} == {"e31": 25, "e05": 3}  # E06 and E07 wait
    assert len({work.kernel(seed) for seed in range(15)}) == 3


@pytest.mark.parametrize(
    "text",
    [
        "seeds: []\noverrides: []\n",
        "seeds: [1, 1]\noverrides: []\n",
        "seeds: [a\n",
        "sedes: [0]\noverrides: []\n",
        "seeds: [0]\noverrides: []\nat_most: {0: [e01]}\n",
        "seeds: [0]\noverrides: []\nusual: 0\n",
    ],
)
def test_parameters_that_make_no_sense_are_refused_by_the_files_name(tmp_path, text):
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml"):
        read_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("name", [name for name, search in SEARCHES.items() if search.after is None])
def test_a_first_search_draws_in_its_range_and_by_its_seed(name):
    search = SEARCHES[name]
    for index, (key, range_) in enumerate(search.ranges.items()):
        values = [float(choice[index].removeprefix(f"{key}=")) for choice in draw(search, 0)]
        assert all(range_.low <= value <= range_.high for value in values)
        assert len(set(values)) == search.count
    assert draw(search, 0) == draw(search, 0) != draw(search, 1)


def test_later_ranges_are_around_the_best_of_the_search_before():
    logs = [math.log10(float(choice.partition("=")[2]) / 0.003) for seed in range(30) for (choice,) in draw(SEARCHES["e06"], seed, 0.003)]
    assert -0.5 <= min(logs) < -0.45
    assert 0.45 < max(logs) <= 0.5
    assert [float(choice.partition("=")[2]) for (choice,) in draw(SEARCHES["e07"], 0, 0.005)] == pytest.approx([0.004, 0.00625, 0.0085])


def test_a_search_follows_the_best_validation_accuracy_of_the_one_before_it():
    assert best_value({"own:lam=0.1": 0.50, "own:lam=0.2": 0.53, "own:lam=0.3": 0.53, "own:lam=0.4": 0.01}) == 0.2
    with pytest.raises(UserError, match="search before"):
        draw(SEARCHES["e06"], 0)
