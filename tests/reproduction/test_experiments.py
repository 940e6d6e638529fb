"""The files of conf/experiment, and the draws of the searches."""

import math
import re
from dataclasses import asdict
from itertools import pairwise

import pytest
from rehearsal import PIXELS, ROOT, SMALL
from worlds import metrics

from numlp.errors import UserError
from reproduction.experiments import Experiments
from reproduction.own_draws import SEARCHES, best_value, draw
from reproduction.results import SINGLE, ResultRow
from reproduction.scoreboard import read_published
from reproduction.single_run import train_and_measure

pytestmark = pytest.mark.slow  # each starts runs or checks of its own, and they take long together

EVERY = sorted((ROOT / "conf" / "experiment").glob("*.yaml"))
FILES = [path for path in EVERY if path.name[0] in "ex"]
PUBLISHED = read_published(ROOT / "reproduction" / "published.csv")


def test_there_is_a_file_for_each_of_the_33_experiments():
    assert [path.name[:3] for path in FILES if path.name.startswith("e")] == [f"e{n:02d}" for n in range(1, 34)]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_a_file_opens_with_a_comment_that_says_what_it_shows(path):
    package, comment = path.read_text().splitlines()[:2]
    assert package == "# @package _global_"
    assert re.match(rf"# {path.name[:3].upper()}\b.*: \w.*[.?]", comment)


@pytest.mark.parametrize("name", [path.name[:3] for path in FILES])
def test_an_experiment_has_the_published_runs_and_its_last_one_trains(reproduction, name):
    pixels = "model.inputs=3072" if name == "e25" else PIXELS  # which mirrors whole images
    epochs = "train.epochs=0.04" if name == "x04" else "train.epochs=0.02"  # in batches of 200: two steps too
    experiments = Experiments(reproduction, [*SMALL, pixels, epochs])
    combinations = experiments.combinations(name)
    assert len(set(combinations)) == len(combinations)
    assert {row.run for row in PUBLISHED if row.experiment == name} <= {";".join(choices) or SINGLE for choices in combinations}
    last = experiments.job(name, combinations[-1])
    assert last.key == (";".join(combinations[-1]) or SINGLE)
    result = train_and_measure(last.seeded(3), name)
    assert result.steps == 2
    assert all(0 <= value <= 1 for value in (result.train_accuracy, result.val_accuracy, result.test_accuracy))
    assert result.history[-1].step == 2


@pytest.mark.parametrize("name", ["e02", "e18"])
def test_an_experiment_is_the_same_whatever_params_yaml_chooses(reproduction, name):
    before = Experiments(reproduction).jobs(name)
    params = reproduction / "params.yaml"
    changed = {"model: mlp3": "model: mlp9", "norm: before": "norm: after", "lam: 0.005": "lam: 1.0", "epochs: null": "epochs: 7"}
    text = params.read_text()
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    params.write_text(text)
    assert Experiments(reproduction).jobs(name) == before


def test_the_settings_of_an_experiment_are_those_of_its_report(reproduction):
    off, on = Experiments(reproduction).jobs("e02")
    assert [off.key, on.key] == ["norm=none", "norm=before"]
    assert (off.config.norm.placement, on.config.norm.placement) == ("none", "before")
    assert on.config.model.hidden == [50, 30, 20, 20, 10, 10, 10, 10]
    assert (on.config.lam, on.config.train.cycles, on.config.init.name) == (0.005, 2, "he")


def test_a_command_line_wins_over_the_file(reproduction, numlp):
    code, out, err = numlp("train", "+experiment=e08_sigma_three_layers", "train.epochs=0.5", "lam=0.25", "--cfg", "job")
    assert code == 0, err
    assert re.search(r"^lam: 0.25$", out, re.MULTILINE)
    assert re.search(r"^  epochs: 0.5$", out, re.MULTILINE)


def test_train_runs_every_run_of_an_experiment(reproduction, numlp):
    code, _, err = numlp("train", "+experiment=e01_three_layers", *SMALL, PIXELS, "then=[]", "hydra/launcher=basic")
    assert code == 0, err
    assert len(list(reproduction.glob("multirun/*/*/*/model.npz"))) == 2


def test_an_unknown_experiment_is_refused(reproduction):
    with pytest.raises(UserError, match="e99"):
        Experiments(reproduction).jobs("e99")


@pytest.mark.parametrize("name", [name for name, search in SEARCHES.items() if search.after is None])
def test_a_first_search_draws_in_its_range_and_by_its_seed(name):
    search = SEARCHES[name]
    values = [float(choice.partition("=")[2]) for choices in draw(search, 0) for choice in choices]
    keys = list(search.ranges)
    assert len(values) == search.count * len(keys)
    for index, key in enumerate(keys):
        mine = values[index :: len(keys)]
        assert all(search.ranges[key].low <= value <= search.ranges[key].high for value in mine)
        assert len(set(mine)) == search.count
    assert draw(search, 0) == draw(search, 0)
    assert draw(search, 0) != draw(search, 1)


def test_the_second_range_is_half_a_decade_around_the_best_of_the_first():
    logs = [math.log10(float(choice.partition("=")[2])) for seed in range(30) for (choice,) in draw(SEARCHES["e06"], seed, 0.003)]
    middle = math.log10(0.003)
    assert min(logs) >= middle - 0.5
    assert max(logs) <= middle + 0.5
    assert min(logs) < middle - 0.45
    assert max(logs) > middle + 0.45


def test_the_third_range_is_even_steps_around_the_best_of_the_second():
    values = [float(choice.partition("=")[2]) for (choice,) in draw(SEARCHES["e07"], 0, 0.005)]
    assert values[0] == pytest.approx(0.004)
    assert values[-1] == pytest.approx(0.0085)
    assert [b - a for a, b in pairwise(values)] == pytest.approx([0.00225] * 2)


def test_a_search_follows_the_best_validation_accuracy():
    accuracies = {"own:lam=0.1": 50, "own:lam=0.2": 53, "own:lam=0.3": 53, "own:lam=0.4": 1, "lam=0.5": 99}
    rows = [ResultRow("e05", run, 0, **asdict(metrics({"val": accuracy}))) for run, accuracy in accuracies.items()]
    assert best_value(rows) == 0.2


def test_a_later_search_needs_the_one_before_it():
    with pytest.raises(UserError, match="search before"):
        draw(SEARCHES["e06"], 0)
    with pytest.raises(UserError, match="search before"):
        best_value([])
