"""Bad input gets a line or two that begin with its place, exit code 1, and leaves nothing behind."""

from pathlib import Path

import pytest
from hydra.errors import MissingConfigException

from numlp.config.explain import explain
from projects import FEW

CASES = {  # overrides, and the line's beginning and another part of it
    "norm=befor": ("norm: ", "did you mean before?"),
    "model=mlp4": ("model: ", "mlp2, mlp3, mlp9"),
    "modl=mlp9": ("config: ", "'modl'; did you mean model?"),
    "lamda=1": ("config: ", "'lamda'; did you mean lam?"),
    "train.batchsize=1": ("config: ", "'train.batchsize'; did you mean train.batch_size?"),
    "model={hiden: [20]}": ("config: ", "did you mean model.hidden?"),
    "optim.lr=0.1": ("config: ", "schedule.eta_max"),
    "model.dropout=0.5": ("config: ", "dropout=0.3"),
    "optim.rho=0.5": ("optim.rho: ", "optim"),
    "experiment=e01_three_layers": ("experiment=e01_three_layers: ", "+experiment=e01_three_layers"),
    "seed=x": ("seed: ", "'x'"),
    "lam=nan": ("lam: ", "nan"),
    "model.hidden=[]": ("model.hidden: ", "[]"),
    "train.record.every=step": ("train.record.every: ", "'step'"),
    "split=9k train.batch_size=9001": ("train.batch_size: ", "9000"),
    "init=gaussian init.sigma=-1": ("init.sigma: ", "-1"),
    "optim._target_=numlpp.Sgd": ("optim._target_: ", "numlpp"),
    "optim._target_=numlp.Linear": ("", "optim"),
    "optim._target_=numlp.Adamm": ("optim._target_: ", "did you mean Adam?"),
    "optim._target_=Adam": ("optim._target_: ", "got Adam"),
    "optim=adam +optim.bta1=1": ("", "did you mean beta1?"),
    "~optim._target_": ("optim._target_: ", "none"),
    "schedule.eta_max=high": ("schedule.eta_max: ", "'high'"),
    "schedule=constant": ("train.epochs: ", "null"),
    "schedule.eta_min=1": ("schedule", "1"),
    "split.val=[0,10]": ("split: ", ""),
    "moments=precise split=9k": ("moments.images: ", "10000"),
    "augment.cutout=8 model.inputs=20": ("augment: ", "20"),
    "average=0.9": ("average: ", "moments=precise"),
    "dropout=1": ("dropout: ", "1"),
    "norm=[": ("norm=[: ", "KEY=VALUE"),
    "schedule.eta=0.1": ("schedule.eta: ", "schedule.eta_max"),
    "norm=none, before": ("norm=none,: ", "blanks"),
    "optim=null": ("config: ", ""),
    "norm=none,before": ("norm=none,before: ", "add -m"),
    "model.hidden=50,50": ("model.hidden=50,50: ", "'model.hidden=[50,50]'"),
    "hydra.sweeper.trials=4": ("hydra.sweeper.trials=4: ", "add -m"),
    "+hydra.sweeper.params.lam=1": ("+hydra.sweeper.params.lam=1: ", "add -m"),
}


@pytest.mark.parametrize("overrides", CASES)
def test_bad_setting_is_told_by_its_key_before_anything_is_made(with_data, numlp, overrides):
    words = [overrides] if "{" in overrides else overrides.split()
    code, out, err = numlp("train", "+stage=pipeline", "data=synthetic", *words)
    begins, part = CASES[overrides]
    assert (code, out) == (1, "")
    assert err.startswith(f"error: {begins}") and part in err, err
    assert err.count("\n") <= 2
    assert not (with_data / "mlruns").exists()
    assert not list((with_data / "build").rglob("model.npz"))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["data=npz"], "data.path=VALUE"),
        (["data=npz", "data.path=mein.npz"], "did you mean mine.npz?"),
        (["data=folder", "data.path=foto"], "did you mean photos?"),
        (["data=mine.npz"], "data=npz data.path=mine.npz"),
        (["data=photos"], "data=folder data.path=photos"),
        (["data=npz", "data.path=mine.npz"], "mine.npz: "),
    ],
)
def test_data_of_ones_own_that_cannot_be_had_is_one_line_and_leaves_no_folder(project, numlp, words, part):
    (project / "mine.npz").touch()
    (project / "photos").mkdir()
    for where in ([], ["hydra.run.dir=photos"]):
        code, out, err = numlp("train", *words, *where)
        assert (code, out, err.count("\n"), part in err) == (1, "", 1, True), err
    assert not [*project.glob("outputs"), *(project / "photos").iterdir()]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("lam:", "lamda:", "params.yaml: unknown key 'lamda'; did you mean lam?"),
        ("  cycles:", "  cycle:", "params.yaml: unknown key 'train.cycle'; did you mean train.cycles?"),
        ("seed: 0", "seed: x", "params.yaml: seed: "),
        ("seed: 0", "seed: [0", "params.yaml: "),
        ("", "- a\n", "params.yaml: "),
    ],
)
def test_wrong_params_are_told_with_the_file(project, numlp, old, new, place):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace(old, new) if old else new)
    code, out, err = numlp("train")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"error: {place}")


@pytest.mark.parametrize(
    ("content", "part"),
    [("hidden: [50\n", "line 2"), ("hidden:\n\t- 50\n", "line 2"), ("hiden: [50]\n", "did you mean model.hidden?"), ("- 50\n", "list")],
)
@pytest.mark.parametrize("settings", [["model=mine"], ["-m", "model=mine,mlp2"]], ids=["run", "sweep"])
def test_broken_file_of_conf_is_told_with_its_name(project, numlp, content, part, settings):
    (project / "conf/model/mine.yaml").write_text(content)
    code, _, err = numlp("train", *settings)
    assert (code, err.count("\n"), part in err) == (1, 1, True), err
    assert err.startswith("error: conf/model/mine.yaml: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_where_hydra_writes_is_told_as_such(project, numlp):
    folder = project / "outputs" / "full" / ".hydra"
    folder.mkdir(parents=True)
    (folder / "config.yaml").symlink_to("/dev/full")
    (folder.parent / ".numlp").mkdir()  # an earlier run of numlp wrote there
    code, _, err = numlp("train", "hydra.run.dir=outputs/full")
    assert (code, err.count("\n"), "No space left on device" in err) == (1, 1, True)


def test_read_only_folder_is_told_before_dvc_runs(project, numlp, monkeypatch):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10", "data: synthetic"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    code, _, err = numlp("run")
    assert (code, err.count("\n"), str(project) in err) == (1, 1, True)


def test_file_that_cannot_be_written_is_told_by_its_name(with_data, numlp, monkeypatch):
    def refuse(number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numlp.files.os.fsync", refuse)
    code, _, err = numlp("train", "+stage=pipeline", *FEW, "train.epochs=0.01")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith("error: build/train/")
    assert not list((with_data / "build/train").glob(".*.part"))


def test_missing_model_is_told(with_data, numlp):
    code, _, err = numlp("evaluate", "+stage=pipeline", "data=synthetic")
    assert (code, err.count("\n"), "build/train/model.npz" in err) == (1, 1, True)


def test_launcher_that_is_not_installed_is_told_with_its_extra():
    error = MissingConfigException("no such file", "hydra/launcher/submitit_slurm", ["basic", "joblib"])
    assert "'.[slurm]'" in explain(error, [])
