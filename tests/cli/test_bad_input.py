"""Bad input gets a line or two, an exit code, and leaves nothing behind."""

import json
from pathlib import Path

import pytest
from hydra.errors import MissingConfigException

from numlp.config.hydra_errors import explain
from projects import FEW

CASES = {
    "norm=befor": ["norm: need one of after, before, none, got norm=befor; did you mean before?"],
    "modl=mlp9": ["no key 'modl'; did you mean model?"],
    "model=mlp4": ["model: need one of mlp2, mlp3, mlp9, got model=mlp4"],
    "lamda=1": ["no key 'lamda'; did you mean lam?"],
    "+lamda=1": ["no key 'lamda'; did you mean lam?"],
    "train.batchsize=1": ["no key 'train.batchsize'; did you mean train.batch_size?"],
    "lam=-1": ["lam: need a number >= 0, got lam=-1.0"],
    "lam=nan": ["lam: need a number >= 0, got lam=nan"],
    "model.hidden=[]": ["model.hidden: need one or more widths, each at least 1, got hidden=[]"],
    "model.hidden=[0]": ["model.hidden: need one or more widths, each at least 1, got hidden=[0]"],
    "model.hidden=50": ["model.hidden: "],
    "train.threads=0": ["train.threads: need a whole number from 1 to 64, got threads=0"],
    "train.batch_size=0": ["train.batch_size: need a whole number >= 1, got batch_size=0"],
    "split=9k train.batch_size=9001": ["train.batch_size: need at most the 9000 training images, got batch_size=9001"],
    "train.epochs=0": ["train.epochs: need a number > 0, or null, got epochs=0.0"],
    "seed=x": ["seed: ", "'x'", "Integer"],
    "seed=-1": ["seed: need a whole number >= 0, got seed=-1"],
    "init=gaussian init.sigma=-1": ["init.sigma: need a number > 0, got sigma=-1.0"],
    "init.sigma=0.1": ["init.sigma: need null with init=he"],
    "optim.rho=0.5": ["optim.rho: this key belongs to another choice of optim"],
    "optim=momentum optim.rho=1": ["optim.rho: need a number >= 0 and < 1, got rho=1.0"],
    "schedule=constant": ["train.epochs: need a number of epochs with schedule=constant"],
    "schedule.eta_min=1": ["schedule: need 0 < eta_min <= eta_max, got eta_min=1.0, eta_max=0.1"],
    "split.train=[0,50001]": ["split.train: need [start, stop] with 0 <= start < stop <= 50000"],
    "split.val=[0,10]": ["split: need training and validation ranges that do not overlap"],
    "moments=precise moments.images=1": ["moments.images: need a whole number >= 2, got images=1"],
    "moments=adaptive model.inputs=48": ["moments=adaptive: need model.inputs=3072, as it mirrors whole images, got inputs=48"],
    "moments=precise split=9k": ["moments.images: need at most 9000, got images=10000"],
    "data.source.name=../../evil": ["data.source.name: need letters, digits, spaces"],
    "data.source.name=/evil": ["data.source.name: need letters, digits, spaces"],
    "data.source.name=..": ["data.source.name: need letters, digits, spaces"],
    "~norm": ["norm.placement"],
    "norm=[": ["error: "],
    "gradcheck.entries=0": ["gradcheck.entries: need a whole number >= 1, or all, got entries=0"],
    "gradcheck.entries=most": ["gradcheck.entries: need a whole number >= 1, or all, got entries='most'"],
    "gradcheck.entries=1.5": ["gradcheck.entries: ", "1.5"],
    "experiment=e01_three_layers": ["experiment=e01_three_layers: need a + before it (+experiment=e01_three_layers)"],
    "search=eta_lambda": ["search=eta_lambda: need a + before it (+search=eta_lambda)"],
    "optim.lr=0.1": ["no key 'optim.lr'; the learning rate is schedule.eta_max"],
    "learning_rate=0.1": ["no key 'learning_rate'; the learning rate is schedule.eta_max"],
    "momentum=0.9": ["no key 'momentum'; momentum is optim=momentum, with optim.rho"],
    "weight_decay=0.1": ["no key 'weight_decay'; L2 regularization is lam"],
    "optim.weight_decay=0.1": ["optim.weight_decay: this key belongs to another choice of optim"],
    "batch_size=5": ["no key 'batch_size'; did you mean train.batch_size?"],
    "epochs=5": ["no key 'epochs'; did you mean train.epochs?"],
    "model.dropout=0.5": ["no key 'model.dropout'; dropout is a key of its own"],
    "dropout=1": ["dropout: need a number >= 0 and < 1, got dropout=1.0"],
    "input_dropout=-0.1": ["input_dropout: need a number >= 0 and < 1, got input_dropout=-0.1"],
    "smoothing=1": ["smoothing: need a number >= 0 and < 1, got smoothing=1.0"],
    "mixup=-1": ["mixup: need a number >= 0, got mixup=-1.0"],
    "augment.shift=40": ["augment.shift: need a whole number of pixels from 0 to 31, got shift=40"],
    "augment.cutout=-1": ["augment.cutout: need a whole number of pixels from 0 to 31, got cutout=-1"],
    "augment.cutout=8 model.inputs=20": ["augment: need model.inputs=3072, as whole images are changed, got inputs=20"],
    "test_time_flip=true model.inputs=20": ["test_time_flip: need model.inputs=3072, as whole images are mirrored, got inputs=20"],
    "average=1 moments=precise": ["average: need a number >= 0 and < 1, got average=1.0"],
    "average=0.9": ["average: need moments=precise or adaptive", "got average=0.9, moments='ema'"],
    "average=0.9 norm=none train.epochs=0.01": ["average: need 8 or more updates to average", "got updates=4"],
    "clip_norm=-1": ["clip_norm: need a number >= 0, got clip_norm=-1.0"],
    "activation=tanh": ["activation", "tanh"],
    "activation.name=tanh": ["activation.name: need relu, leaky_relu, gelu or silu, got name='tanh'"],
    "schedule=one_cycle train.epochs=1 schedule.rise=1": ["schedule.rise: need a number > 0 and < 1, got rise=1.0"],
    "optim.nesterov=true": ["optim.nesterov: this key belongs to another choice of optim"],
    "norm=none,before": ["norm=none,before: several values need -m"],
    "lam=range(1,3)": ["lam=range(1,3): several values need -m"],
    "model.hidden=50,50": ["model.hidden=50,50: several values need -m", "a list is written model.hidden=[50,50]"],
    "search.trials=4": ["search.trials=4: need a sweep: -m with the values to try, or +search=NAME"],
    "sweep.dry_run=true": ["sweep.dry_run=true: need a sweep"],
    "train.record.every=step": ["train.record.every: need epoch or points, got every='step'"],
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


@pytest.mark.parametrize(("key", "inner"), [("data", "digest"), ("split", "train")])
def test_normalised_arrays_of_something_else_are_refused(with_data, numlp, key, inner):
    """They carry what they were made from; folder names alone do not vouch for it."""
    command = ["normalise", "+stage=pipeline", "data=synthetic", "split.train=[0,60]", "split.val=[60,80]"]
    (with_data / "data/normalised").unlink()  # shared by the tests
    assert numlp(*command)[0] == 0
    (about,) = with_data.glob("data/normalised/*/about.json")
    content = json.loads(about.read_text())
    content[key][inner] = "0" * 64
    about.write_text(json.dumps(content))
    code, _, err = numlp(*command)
    assert (code, err.count("\n")) == (1, 1)
    assert f"{about.parent.relative_to(with_data)}: need arrays made from the {key} asked for" in err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_where_hydra_writes_is_told_as_such(project, numlp):
    folder = project / "outputs" / "full" / ".hydra"
    folder.mkdir(parents=True)
    (folder / "config.yaml").symlink_to("/dev/full")
    code, _, err = numlp("train", "hydra.run.dir=outputs/full")
    assert (code, err) == (1, "error: numlp train: No space left on device\n")


def test_a_folder_that_may_not_be_written_to_is_told_before_dvc_runs(project, numlp, monkeypatch):
    params = project / "params.yaml"
    params.write_text(params.read_text().replace("data: cifar10", "data: synthetic"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    code, _, err = numlp("run")
    assert (code, err.count("\n")) == (1, 1)
    assert "dvc: need a project's folder that may be written to" in err


def test_outside_a_project_it_says_where_to_go(tmp_path, monkeypatch, numlp):
    monkeypatch.chdir(tmp_path)
    code, _, err = numlp("train")
    assert (code, err.count("\n")) == (1, 1)
    assert "params.yaml" in err
    assert "project's folder" in err


def test_a_misspelt_command_gets_did_you_mean(numlp):
    code, _, err = numlp("trian")
    assert code == 2
    assert "did you mean train?" in err


def test_a_params_file_that_is_no_mapping_is_told(project, numlp):
    (project / "params.yaml").write_text("- a\n")
    code, _, err = numlp("resolve")
    assert code == 1
    assert "params.yaml: need a mapping" in err


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
        ("lam:", "lamda:", "params.yaml: no key 'lamda'; did you mean lam?"),
        ("  cycles:", "  cycle:", "params.yaml: no key 'train.cycle'; did you mean train.cycles?"),
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
        ("hidden: [50\n", "need YAML, got: expected ',' or ']', but got '<stream end>' (line 2, column 1)"),
        ("hidden:\n\t- 50\n", "need YAML, got: found character '\\t' that cannot start any token (line 2, column 1)"),
        ("hiden: [50]\n", "no key 'model.hiden'; did you mean model.hidden?"),
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
    assert "build/train/model.npz: need a model; train one first" in err


def test_a_read_only_folder_is_told_by_its_name(with_data, numlp, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied", "build/train/config.json")

    monkeypatch.setattr("numlp.files.tempfile.mkstemp", refuse)
    code, _, err = numlp("train", "+stage=pipeline", *FEW, "train.epochs=0.01")
    assert code == 1
    assert err.strip() == "error: build/train/config.json: Permission denied"


def test_a_launcher_that_is_not_installed_is_told_with_its_extra():
    error = MissingConfigException("no such file", "hydra/launcher/submitit_slurm", ["basic", "joblib"])
    assert explain(error, []) == "hydra/launcher=submitit_slurm: need the extra slurm: pip install -c constraints.txt -e '.[slurm]'"
