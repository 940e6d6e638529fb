"""Results in git change by one step alone, which refuses lesser ones."""

import json
from dataclasses import replace

import pytest

from budget import ROOT
from numlp.errors import UserError
from numlp.files import read_json, read_rows, write_json
from reproduction.commit import replace_committed
from reproduction.results import CANARIES, COMMITTED, FOLDER, Canary
from reproduction.runner import Work
from reproduction.settings import PARAMS, read_params

HEAD = "experiment,run,seed,train_accuracy,val_accuracy,test_accuracy,train_cost,val_cost,test_cost,best_val_accuracy,steps,model_digest"
FILES = ("gradients.csv", "fault_checks.csv", "e01_history.csv.gz")


def write_rows(folder, name, seeds, accuracy):
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name},single,{seed},0.6,0.5,{accuracy},1,1,1,0.5,9,a" for seed in seeds]
    (folder / f"{name}.csv").write_text("\n".join([HEAD, *lines]) + "\n")


@pytest.fixture
def results(reproduction, step):
    """The project's folder with results of two seeds in git, and better ones of the same seeds in build/."""
    params = reproduction / PARAMS
    params.write_text('seeds: [0, 1]\noverrides: []\ncanaries: {e01: "norm=before;split.train=[0,100];train.epochs=0.1"}\n')
    choices = reproduction / "params.yaml"
    choices.write_text(choices.read_text().replace("data: cifar10", "data: synthetic"))
    write_rows(COMMITTED, "e16", [0, 1], 0.4)
    write_rows(FOLDER, "e16", [0, 1], 0.5)
    work = Work(read_params(PARAMS))
    work.add_canaries(work.kernels[:1])
    work.train()
    write_json(FOLDER / "e16.json", work.note("e16"))
    assert step("scoreboard")[0] == 0
    for name in FILES:
        (FOLDER / name).write_text("")
    (COMMITTED / "provenance.json").write_bytes((FOLDER / "provenance.json").read_bytes())
    return reproduction


def changed(canaries, params):
    """The canaries that this tree's code trains to other bits, on the kernels that this machine has."""
    work = Work(params)
    work.add_canaries(kernel for kernel in work.kernels if kernel in {canary.kernel for canary in canaries})
    work.train()
    return {canary for canary in canaries if canary.kernel in work.kernels} - set(work.canaries())


def committed():
    return {path.name: path.read_bytes() for path in COMMITTED.iterdir()}


def test_commit_replaces_the_results_in_git(results):
    replace_committed(FOLDER, COMMITTED)
    assert (COMMITTED / "e16.csv").read_bytes() == (FOLDER / "e16.csv").read_bytes()
    assert (COMMITTED / "scoreboard.csv").exists()
    (canary,) = read_rows(COMMITTED / CANARIES, Canary)
    other = replace(canary, model_digest="of other code")
    assert changed([canary, other, replace(canary, kernel="of another machine")], read_params(PARAMS)) == {other}


@pytest.mark.parametrize("name", ["gradients.csv", "e16.csv", "e16.json"])
def test_commit_refuses_results_without_a_file(results, name):
    (FOLDER / name).unlink()
    before = committed()
    with pytest.raises(UserError, match=name.partition(".")[0]):
        replace_committed(FOLDER, COMMITTED)
    assert committed() == before


def test_commit_refuses_results_of_fewer_seeds_or_other_settings(results):
    before, provenance = committed(), json.loads((FOLDER / "provenance.json").read_text())
    others = {"train.epochs": {"overrides": ["train.epochs=0.02"]}, "seeds": {"seeds": [0]}, "seed 9": {"data": {"name": "seed 9"}}}
    for word, lesser in (*others.items(), ("e16", {})):
        (FOLDER / "provenance.json").write_text(json.dumps({**provenance, **lesser}))
        if not lesser:
            write_rows(FOLDER, "e16", [0], 0.9)
        with pytest.raises(UserError, match=word):
            replace_committed(FOLDER, COMMITTED)
        assert committed() == before


def test_scoreboard_refuses_results_that_were_made_in_different_ways(results, step):
    note = read_json(FOLDER / "e16.json")
    for changed in ({"seeds": [0]}, {"overrides": ["lam=1"]}, {"canaries": "other"}, {"data": "other"}):
        write_json(FOLDER / "e16.json", {**note, **changed})
        code, _, err = step("scoreboard")
        assert (code, "e16" in err) == (1, True)


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / COMMITTED / CANARIES).exists(), reason="the results in git are older than canaries")
def test_results_in_git_are_of_the_code_of_this_tree(reproduction):
    """A canary that differs asks for new results: make reports, python -m reproduction check, and commit."""
    params = replace(read_params(ROOT / PARAMS), overrides=["data=synthetic"])
    assert changed(read_rows(ROOT / COMMITTED / CANARIES, Canary), params) == set()
