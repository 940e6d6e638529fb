"""Results in git change by one step alone, which refuses lesser ones."""

import json
from dataclasses import replace

import pytest

from numlp.errors import UserError
from reproduction.commit import replace_committed
from reproduction.product import make_note
from reproduction.results import COMMITTED, FOLDER, read_note, write_note
from reproduction.settings import PARAMS

HEAD = "experiment,run,seed,train_accuracy,val_accuracy,test_accuracy,train_cost,val_cost,test_cost,best_val_accuracy,steps,model_digest"
FILES = ("gradients.csv", "fault_checks.csv", "e01_history.csv.gz")


def write_rows(folder, name, seeds, accuracy):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name},single,{seed},0.6,0.5,{accuracy},1,1,1,0.5,9,a" for seed in seeds]
    (folder / f"{name}.csv").write_text("\n".join([HEAD, *lines]) + "\n")


@pytest.fixture
def results(reproduction, step):
    """The project's folder with results of two seeds in git, and better ones of the same seeds in build/."""
    (reproduction / PARAMS).write_text("seeds: [0, 1]\noverrides: []\nat_most: {}\n")
    params = reproduction / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10", "data: synthetic"))
    write_rows(COMMITTED, "e16", [0, 1], 0.4)
    write_rows(FOLDER, "e16", [0, 1], 0.5)
    write_note(FOLDER, "e16", make_note(reproduction, [0, 1], []))
    assert step("scoreboard")[0] == 0
    for name in FILES:
        (FOLDER / name).write_text("")
    (COMMITTED / "provenance.json").write_bytes((FOLDER / "provenance.json").read_bytes())
    return reproduction


def committed():
    return {path.name: path.read_bytes() for path in COMMITTED.iterdir()}


def test_commit_replaces_the_results_in_git(results):
    replace_committed(FOLDER, COMMITTED)
    assert (COMMITTED / "e16.csv").read_bytes() == (FOLDER / "e16.csv").read_bytes()
    assert (COMMITTED / "scoreboard.csv").exists()


@pytest.mark.parametrize("name", ["gradients.csv", "e16.csv", "e16.json"])
def test_commit_refuses_results_without_a_file(results, name):
    (FOLDER / name).unlink()
    before = committed()
    with pytest.raises(UserError, match=name.partition(".")[0]):
        replace_committed(FOLDER, COMMITTED)
    assert committed() == before


def test_commit_refuses_results_of_fewer_seeds_or_other_settings(results):
    before, provenance = committed(), json.loads((FOLDER / "provenance.json").read_text())
    others = {"train.epochs": {"overrides": ["train.epochs=0.02"]}, "code": {"source": "0" * 64}, "seed 9": {"data": {"name": "seed 9"}}}
    for word, lesser in (*others.items(), ("e16", {"seeds": [0]})):
        (FOLDER / "provenance.json").write_text(json.dumps({**provenance, **lesser}))
        if "seeds" in lesser:
            write_rows(FOLDER, "e16", [0], 0.9)
            write_note(FOLDER, "e16", replace(read_note(FOLDER, "e16"), seeds=[0]))
        with pytest.raises(UserError, match=word):
            replace_committed(FOLDER, COMMITTED)
        assert committed() == before


def test_scoreboard_refuses_results_that_were_made_in_different_ways(results, step):
    note = read_note(FOLDER, "e16")
    for changed in ({"seeds": [0]}, {"overrides": ["lam=1"]}, {"source": "other"}, {"data": "other"}):
        write_note(FOLDER, "e16", replace(note, **changed))
        code, _, err = step("scoreboard")
        assert (code, "e16" in err) == (1, True)
