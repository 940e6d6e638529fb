"""Bad input gets a line or two, an exit code, and leaves nothing behind."""

from pathlib import Path

import pytest
from hydra.errors import MissingConfigException

from numlp.config.explain import explain
from numlp.files import write_json
from projects import FEW

CASES = {
    "norm=befor": ["norm: expected one of after, before, none, got befor; did you mean before?"],
    "modl=mlp9": ["unknown key 'modl'; did you mean model?"],
    "model=mlp4": ["model: expected one of mlp2, mlp3, mlp9, got mlp4"],
    "lamda=1": ["unknown key 'lamda'; did you mean lam?"],
    "+lamda=1": ["unknown key 'lamda'; did you mean lam?"],
    "train.batchsize=1": ["unknown key 'train.batchsize'; did you mean train.batch_size?"],
    "lam=-1": ["lam: expected a number of at least 0, got -1"],
    "lam=nan": ["lam: expected a number of at least 0, got nan"],
    "model.hidden=[]": ["model.hidden: expected one or more widths, each at least 1, got []"],
    "model.hidden=[0]": ["model.hidden: expected one or more widths, each at least 1, got [0]"],
    "model.hidden=50": ["model.hidden: "],
    "train.threads=0": ["train.threads: expected a whole number from 1 to 64, got 0"],
    "train.batch_size=0": ["train.batch_size: expected a whole number of at least 1, got 0"],
    "split=9k train.batch_size=9001": ["train.batch_size: expected at most 9000, the number of training images, got 9001"],
    "train.epochs=0": ["train.epochs: expected a number above 0", "got 0"],
    "seed=x": ["seed: ", "'x'", "Integer"],
    "seed=-1": ["seed: expected a whole number of at least 0, got -1"],
    "init=gaussian init.sigma=-1": ["init.sigma: expected a number above 0, got -1"],
    "init.sigma=0.1": ["init.sigma: this key belongs to another option of init"],
    "optim.rho=0.5": ["optim.rho: this key belongs to another option of optim"],
    "optim=momentum optim.rho=1": ["optim.rho: expected a number of at least 0 and below 1, got 1"],
    "schedule=constant": ["train.epochs: expected a number above 0 with numlp.Constant, got null"],
    "schedule.eta_min=1": ["schedule: expected 0 < eta_min <= eta_max, got eta_min=1, eta_max=0.1"],
    "split.val=[45000,50001]": ["split.val: expected [start, stop] with 0 <= start < stop <= 50000"],
    "split.val=[0,10]": ["split: expected training and validation ranges that do not overlap"],
    "moments=precise moments.images=1": ["moments.images: expected a whole number of at least 2, got 1"],
    "moments=adaptive model.inputs=48": ["moments=adaptive: expected model.inputs=3072, got 48; it needs whole images"],
    "moments=precise split=9k": ["moments.images: expected at most 9000, the number of images in the split, got 10000"],
    "data.source.name=../../evil": ["data.source.name: expected letters, digits, spaces"],
    "data.source.name=/evil": ["data.source.name: expected letters, digits, spaces"],
    "data.source.name=..": ["data.source.name: expected letters, digits, spaces"],
    "~norm": ["~norm", "norm=VALUE"],
    "norm=[": ["error: "],
    "gradcheck.entries=0": ["gradcheck.entries: expected a whole number of at least 1, or all, got 0"],
    "gradcheck.entries=most": ["gradcheck.entries: expected a whole number of at least 1, or all, got 'most'"],
    "gradcheck.entries=1.5": ["gradcheck.entries: ", "1.5"],
    "experiment=e01_three_layers": ["params.yaml sets no option of this config group; add one with +experiment=e01_three_layers"],
    "search=eta_lambda": ["search=eta_lambda: params.yaml sets no option of this config group; add one with +search=eta_lambda"],
    "optim.lr=0.1": ["unknown key 'optim.lr'; the learning rate is schedule.eta_max"],
    "learning_rate=0.1": ["unknown key 'learning_rate'; the learning rate is schedule.eta_max"],
    "momentum=0.9": ["unknown key 'momentum'; momentum is optim=momentum with optim.rho"],
    "weight_decay=0.1": ["unknown key 'weight_decay'; L2 regularization is lam"],
    "optim.weight_decay=0.1": ["optim.weight_decay: this key belongs to another option of optim"],
    "batch_size=5": ["unknown key 'batch_size'; did you mean train.batch_size?"],
    "epochs=5": ["unknown key 'epochs'; did you mean train.epochs?"],
    "model.dropout=0.5": ["unknown key 'model.dropout'; dropout is a key of its own"],
    "dropout=1": ["dropout: expected a number of at least 0 and below 1, got 1"],
    "input_dropout=-0.1": ["input_dropout: expected a number of at least 0 and below 1, got -0.1"],
    "smoothing=1": ["smoothing: expected a number of at least 0 and below 1, got 1"],
    "mixup=-1": ["mixup: expected a number of at least 0, got -1"],
    "augment.shift=40": ["augment.shift: expected a whole number of pixels from 0 to 31, got 40"],
    "augment.cutout=-1": ["augment.cutout: expected a whole number of pixels"],
    "augment.cutout=8 model.inputs=20": ["augment: expected model.inputs=3072, got 20"],
    "test_time_flip=true model.inputs=20": ["test_time_flip: expected model.inputs=3072, got 20"],
    "average=1 moments=precise": ["average: expected a number of at least 0 and below 1, got 1"],
    "average=0.9": ["average: expected moments=precise or moments=adaptive, got average=0.9"],
    "average=0.9 norm=none train.epochs=0.01": ["average: expected a run of 8 updates or more, got 4; raise train.epochs"],
    "clip_norm=-1": ["clip_norm: expected a number of at least 0, got -1"],
    "activation=tanh": ["activation", "tanh"],
    "activation._target_=numlp.Rellu": ["activation._target_: numlp has no class or function Rellu; did you mean Relu?"],
    "optim._target_=numlpp.Sgd": ["optim._target_: cannot import numlpp.Sgd"],
    "optim._target_=numlp.Linear": ["optim: "],
    "schedule.eta_max=high": ["schedule.eta_max: Value 'high'", "Float"],
    "schedule=one_cycle train.epochs=1 schedule.rise=1": ["schedule.rise: expected a number above 0 and below 1, got 1"],
    "optim.nesterov=true": ["optim.nesterov: this key belongs to another option of optim"],
    "norm=none,before": ["norm=none,before: several values need a sweep; add -m"],
    "lam=range(1,3)": ["lam=range(1,3): several values need a sweep; add -m"],
    "model.hidden=50,50": ["model.hidden=50,50: several values need a sweep; add -m", "write a list as 'model.hidden=[50,50]'"],
    "hydra.sweeper.trials=4": ["hydra.sweeper.trials=4: this setting needs a sweep; add -m with the values to try, or +search=NAME"],
    "train.record.every=step": ["train.record.every: expected epoch or points, got 'step'"],
}


@pytest.mark.parametrize("overrides", CASES)
def test_a_bad_choice_is_told_in_a_line_before_anything_is_made(with_data, numlp, overrides):
    code, out, err = numlp("train", "+stage=pipeline", "data=synthetic", *overrides.split())
    assert code == 1
    assert all(part in err for part in CASES[overrides]), err
    assert len(err.strip().splitlines()) <= 2
    assert "Traceback" not in err + out
    assert not (with_data / "mlruns").exists()
    assert not list((with_data / "build").rglob("model.npz"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_where_hydra_writes_is_told_as_such(project, numlp):
    folder = project / "outputs" / "full" / ".hydra"
    folder.mkdir(parents=True)
    (folder / "config.yaml").symlink_to("/dev/full")
    write_json(folder.parent / ".numlp/names.json", {"names": [".hydra"]})  # an earlier run of numlp wrote there
    code, _, err = numlp("train", "hydra.run.dir=outputs/full")
    assert (code, err) == (1, "error: numlp train: No space left on device; free space and run the same command again\n")


def test_a_folder_that_may_not_be_written_to_is_told_before_dvc_runs(project, numlp, monkeypatch):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10", "data: synthetic"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    code, _, err = numlp("run")
    assert (code, err.count("\n")) == (1, 1)
    assert f"the project's directory is read-only: {project}; make it writable" in err


def test_outside_a_project_it_says_where_to_go(tmp_path, monkeypatch, numlp):
    monkeypatch.chdir(tmp_path)
    code, _, err = numlp("train")
    assert (code, err.count("\n")) == (1, 1)
    assert err.startswith(f"error: no project in {tmp_path} or above it: no params.yaml and conf/; go to the project's directory")


def test_a_misspelt_command_gets_did_you_mean(numlp):
    code, _, err = numlp("trian")
    assert code == 2
    assert "did you mean train?" in err


def test_a_params_file_that_is_no_mapping_is_told(project, numlp):
    (project / "params.yaml").write_text("- a\n")
    code, _, err = numlp("resolve")
    assert code == 1
    assert "params.yaml: expected a mapping of keys to values" in err


def test_params_that_are_no_yaml_are_told_with_the_line(project, numlp):
    (project / "params.yaml").write_text("lam: [1\nseed: 0\n")
    code, out, err = numlp("resolve")
    assert code == 1
    assert "params.yaml" in err
    assert "line" in err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("lam:", "lamda:", "params.yaml: unknown key 'lamda'; did you mean lam?"),
        ("  cycles:", "  cycle:", "params.yaml: unknown key 'train.cycle'; did you mean train.cycles?"),
        ("seed: 0", "seed: x", "params.yaml: seed: Value 'x' of type 'str' could not be converted to Integer"),
    ],
)
def test_a_wrong_key_or_value_of_params_is_told_with_the_file(project, numlp, old, new, said):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace(old, new))
    assert numlp("train") == (1, "", f"error: {said}\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hidden: [50\n", "invalid YAML: expected ',' or ']', but got '<stream end>' (line 2, column 1)"),
        ("hidden:\n\t- 50\n", "invalid YAML: found character '\\t' that cannot start any token (line 2, column 1)"),
        ("hiden: [50]\n", "unknown key 'model.hiden'; did you mean model.hidden?"),
        ("- 50\n", "Merge error: list is not a subclass of ModelConfig. value: [50]"),
    ],
)
def test_a_broken_file_of_conf_is_one_line_with_its_name_in_a_run_and_in_a_sweep(project, numlp, content, said):
    (project / "conf/model/mine.yaml").write_text(content)
    for choices in (["model=mine"], ["-m", "model=mine,mlp2"]):
        code, _, err = numlp("train", *choices)
        assert (code, err) == (1, f"error: conf/model/mine.yaml: {said}\n")


def test_a_missing_model_says_what_to_run(with_data, numlp):
    code, _, err = numlp("evaluate", "+stage=pipeline", "data=synthetic")
    assert code == 1
    assert "model not found: build/train/model.npz; train one with numlp run or numlp train" in err


def test_a_read_only_folder_is_told_by_its_name(with_data, numlp, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", "build/train/config.json")

    monkeypatch.setattr("numlp.files.tempfile.mkstemp", refuse)
    code, _, err = numlp("train", "+stage=pipeline", *FEW, "train.epochs=0.01")
    assert code == 1
    assert err.strip() == "error: build/train/config.json: Permission denied"


def test_a_launcher_that_is_not_installed_is_told_with_its_extra():
    error = MissingConfigException("no such file", "hydra/launcher/submitit_slurm", ["basic", "joblib"])
    told = explain(error, [])
    assert told == "hydra/launcher=submitit_slurm: the extra slurm is not installed; pip install -c constraints.txt -e '.[slurm]'"
