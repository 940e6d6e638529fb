"""Which raw arrays are those that a config names, and what replaces those that cannot be had."""

import json

import numpy as np
import pytest

from numlp.config.compose import compose_project
from numlp.config.parts import complete
from numlp.data.cifar10 import Unavailable
from numlp.data.dataset import DatasetInfo, RawData, load_raw, read_info, save_raw
from numlp.data.sources import holds, make_raw, provide_raw, replace_raw
from numlp.errors import UserError

SYNTHETIC = complete("data", {"_target_": "numlp.synthesize"})
OWN = """
import numpy as np
import numlp

def load(shade=3):
    info = numlp.DatasetInfo("mine", {}, ["a", "b"], shape=(2, 2, 1), train=4)
    return numlp.RawData(shade * np.eye(6, 4, dtype=np.uint8), np.arange(6) % 2, info)

def load_nothing(shade=3):
    return None
"""


def test_another_data_set_is_not_taken_for_the_one_that_is_asked_for(synthetic):
    """One's own archive never trains on CIFAR-10 because that was there before."""
    assert holds(synthetic, SYNTHETIC)
    assert not holds(synthetic, SYNTHETIC | {"seed": 1})
    assert not holds(synthetic, {"_target_": "numlp.load_cifar10", "name": "CIFAR-10", "sha256": "0" * 64})


def test_description_that_is_cut_short_is_an_error_of_one_line(tmp_path):
    (tmp_path / "dataset.json").write_text('{"name": "CIF')
    with pytest.raises(UserError, match="no description of a data set") as refused:
        holds(tmp_path, SYNTHETIC)
    assert "\n" not in str(refused.value)


def test_description_of_an_older_version_is_read(tmp_path):
    older = {"name": "CIFAR-10", "origin": {"archive_sha256": "ab"}, "class_names": list("abcdefghij"), "digest": "d"}
    (tmp_path / "dataset.json").write_text(json.dumps(older))
    info = read_info(tmp_path)
    assert (info.shape, info.train, info.inputs, info.classes) == ((32, 32, 3), 50_000, 3072, 10)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"shape": (3, 2, 1)}, "images of 6 values"),
        ({"train": 6}, "training and test images"),
        ({"class_names": "aa"}, "different class names"),
    ],
)
def test_arrays_that_are_not_as_described_are_refused(changed, expected):
    info = {"shape": (2, 2, 1), "train": 4, "class_names": "ab"} | changed
    with pytest.raises(UserError, match=expected):
        RawData(np.zeros((6, 4), np.uint8), np.arange(6) % 2, DatasetInfo("x", {}, **info))


def test_killed_save_leaves_no_description_of_older_arrays(tmp_path, monkeypatch):
    save_raw(make_raw(SYNTHETIC), tmp_path)
    monkeypatch.setattr("numlp.data.dataset.write_json", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        save_raw(make_raw(SYNTHETIC), tmp_path)
    assert not holds(tmp_path, SYNTHETIC)


def test_function_of_ones_own_and_a_yaml_file_are_a_data_set(project, numlp):
    (project / "my_shades.py").write_text(OWN)
    (project / "conf/data/mine.yaml").write_text("_target_: my_shades.load\nshade: 7\n")
    run = ["data=mine", "split.train=[0,3]", "split.val=[3,4]", "model.hidden=[2]", "norm=none", "train.batch_size=2", "train.epochs=1"]
    code, out, err = numlp("train", *run, "then=[]")
    assert code == 0, err
    assert "on mine" in out
    (folder,) = project.glob("data/raw/load-*/")
    assert load_raw(folder).images.max() == 7
    code, _, err = numlp("train", *run, "data._target_=my_shades.load_nothing")
    assert (code, err.count("\n"), "numlp.RawData" in err) == (1, 1, True)


@pytest.fixture
def offline(project, monkeypatch):
    """No address sends CIFAR-10."""
    conf = project / "conf/data/cifar10.yaml"
    conf.write_text(conf.read_text().partition("urls:")[0] + "urls: [http://127.0.0.1:9/cifar.tar.gz]\n")
    return project


def test_stage_replaces_cifar10_loudly_and_trainings_then_use_these_images(offline, numlp):
    code, out, err = numlp("download", "+stage=pipeline")
    assert (code, err.count("\n")) == (0, 1)
    assert "NO CIFAR-10" in err
    assert "in place of CIFAR-10" in out
    part, folder = compose_project(offline).data, offline / "build/download"
    assert provide_raw(part) == folder.relative_to(offline)
    assert holds(folder, part)
    assert not holds(folder, part, replaced=False)  # numlp run looks again
    assert not holds(folder, SYNTHETIC)


def test_other_commands_do_not_replace_cifar10(offline, numlp):
    for command in (["train", "then=[]"], ["download"]):
        code, _, err = numlp(*command)
        assert code == 1
        assert "CIFAR10_ARCHIVE=" in err


def test_an_archive_that_is_named_ends_the_replacement(offline, numlp, monkeypatch):
    part, folder = compose_project(offline).data, offline / "build/download"
    save_raw(replace_raw(part, Unavailable("no network\nnone")), folder)
    assert holds(folder, part)
    monkeypatch.setenv("CIFAR10_SHA256", "0" * 64)
    assert not holds(folder, part)
